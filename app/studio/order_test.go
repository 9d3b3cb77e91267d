package studio

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
)

// spools counts the spools that a request opens, and those that it leaves open.
type spools struct{ opened, open int }

type countedSpool struct {
	native.MemorySpool
	counter *spools
}

func (s *spools) New() platform.Spool {
	s.opened++
	s.open++
	return &countedSpool{counter: s}
}

func (c *countedSpool) Close() error {
	c.counter.open--
	return c.MemorySpool.Close()
}

// The models that the recorded scenarios are of.
var (
	textModel = Model{
		Name: "text", MaxImages: 1, AsRecorded: true, Prompt: TextLimit{800, Characters}, NegativePrompt: TextLimit{500, Characters},
		Size: SizeRule{Values: []string{"1664*928", "1472*1104", "1328*1328", "1104*1472", "928*1664"}},
	}
	photoModel = Model{Name: "photo", MaxImages: 6, MaxReferences: 1, AsRecorded: true, Size: SizeRule{MinSide: 512, MaxSide: 2048}}
)

func parseReference(t testing.TB, body string) (*Order, error) {
	t.Helper()
	var counter spools
	order, err := ParseReferenceOrder(strings.NewReader(body), photoModel, counter.New)
	if err != nil {
		require.Zero(t, counter.open, "a refused order frees its spools")
		return nil, err
	}
	t.Cleanup(func() {
		assert.NoError(t, order.Close())
		assert.Zero(t, counter.open)
	})
	return order, nil
}

// Cases that the recorded scenarios lack. Those run against the whole Worker and the whole native server.
func TestRefusedOrders(t *testing.T) {
	const reference = `"referenceImageUrl":"https://x.test/a.png"`

	cases := map[string]struct{ body, want string }{
		"trailing data":                  {`{"prompt":"p"} x`, "Invalid JSON payload."},
		"form outranks types":            {`{"prompt":5`, "Invalid JSON payload."},
		"a number too small":             {`{"n":-1e20}`, "n: Too small: expected int to be >=-9007199254740991"},
		"one less than is safe":          {`{"parameters":{"seed":-9007199254740992}}`, "parameters.seed: Too small: expected int to be >=-9007199254740991"},
		"the least that is safe":         {`{"seed":-9007199254740991}`, "seed: Too small: expected number to be >=0"},
		"a number without end":           {`{"n":1e999}`, "n: Invalid input: expected number, received number"},
		"duplicate, the last is wrong":   {`{"prompt":"p","prompt":5}`, "prompt: Invalid input: expected string, received number"},
		"second message is checked":      {`{"input":{"messages":[{},{"content":[{"image":1}]}]}}`, "input.messages.1.content.0.image: Invalid input: expected string, received number"},
		"array index before field order": {`{"input":{"messages":[{"content":[{"text":1},{"type":1}]}]}}`, "input.messages.0.content.0.text: Invalid input: expected string, received number"},
		"role before content":            {`{"input":{"messages":[{"content":1,"role":1}]}}`, "input.messages.0.role: Invalid input: expected string, received number"},
		"input before parameters":        {`{"parameters":1,"input":1}`, "input: Invalid input: expected object, received number"},
		"reference comes last":           {`{"referenceImageUrl":1,"parameters":1}`, "parameters: Invalid input: expected object, received number"},
		"duplicate content is dropped":   {`{"input":{"messages":[{"content":[{"text":"p"}],"content":[]}]}}`, "prompt is required."},
		"duplicate input is dropped":     {`{"input":{"messages":[{"content":[{"text":"p"}]}]},"input":{}}`, "prompt is required."},
		"next line is no white space":    {`{"prompt":"\u0085",` + reference + `,"n":9}`, "parameters.n must be between 1 and 6."},
		"NEL, in text":                   {`{"prompt":"\u00a0\ufeff\u2028\u3000\u000b"}`, "prompt is required."},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := parseReference(t, tc.body)

			var refused *fault.Error
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, fault.InvalidRequest, refused.Code)
			assert.Equal(t, tc.want, refused.Message)
		})
	}
}

func TestAcceptedNumbers(t *testing.T) {
	for _, seed := range []string{"100", "100.0", "1e2", "1E+2", "1000e-1"} {
		order, err := ParseTextOrder(strings.NewReader(`{"prompt":"p","seed":`+seed+`}`), textModel)
		require.NoError(t, err, seed)
		assert.EqualValues(t, 100, *order.Seed, seed)
	}

	order, err := ParseTextOrder(strings.NewReader(`{"prompt":5,"prompt":"p","seed":-0}`), textModel)
	require.NoError(t, err, "the last one of a repeated name counts")
	assert.Zero(t, *order.Seed)
}

func TestReferenceSizes(t *testing.T) {
	for size, want := range map[string]bool{
		"": true, "512*512": true, "0512*2048": true, "2049*512": false, "512": false, "*512": false, "512*": false, "+512*512": false,
		"５１２*512": false, "512*512*512": false, "9999999999999999999999*512": false,
	} {
		_, err := photoModel.Size.check(size, "photo")
		assert.Equal(t, want, err == nil, size)
	}
}

// largestPicture is the size of the largest picture that is accepted, in bytes.
const largestPicture = 10 << 20

// photo returns a data URL with a picture of this many bytes.
func photo(size int) string {
	content := bytes.Repeat([]byte("\x89PNG\r\n\x1a\n7"), size/9+1)[:size]
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(content)
}

// clientBody returns a body as the frontend sends it, with the picture twice.
func clientBody(image string) string {
	quoted, _ := json.Marshal(image)
	return fmt.Sprintf(`{"prompt":"p","referenceImageUrl":%[1]s,"input":{"messages":[{"role":"user","content":[{"type":"image","image":%[1]s},{"type":"text","text":"p"}]}]}}`, quoted)
}

func quoted(t *testing.T, order *Order) string {
	t.Helper()
	text, length := order.References[0].Quoted()
	read, err := io.ReadAll(text)
	require.NoError(t, err)
	require.EqualValues(t, length, len(read))
	var unquoted string
	require.NoError(t, json.Unmarshal(read, &unquoted))
	return unquoted
}

func TestLargeReferenceIsKeptOnce(t *testing.T) {
	image := photo(largestPicture)
	var counter spools
	order, err := ParseReferenceOrder(strings.NewReader(clientBody(image)), photoModel, counter.New)
	require.NoError(t, err)
	assert.Equal(t, 1, counter.opened, "though it is sent twice")
	assert.True(t, image == quoted(t, order), "the provider gets what was sent")

	content, err := io.ReadAll(order.References[0].Open())
	require.NoError(t, err)
	assert.Len(t, content, largestPicture)
	assert.EqualValues(t, largestPicture, order.References[0].Size())

	require.NoError(t, order.Close())
	assert.Zero(t, counter.open)
}

func TestLargeReferences(t *testing.T) {
	large := photo(200_000)

	cases := map[string]struct {
		body string
		code fault.Code
		want string
	}{
		"white space means nothing":    {body: clientBody("\u00a0 " + strings.ReplaceAll(large, "AAA", "A \n\u2028A\tA") + " ")},
		"in capitals":                  {body: clientBody("DATA:IMAGE/PNG;BASE64," + large[len("data:image/png;base64,"):])},
		"two pictures":                 {body: fmt.Sprintf(`{"prompt":"p","referenceImageUrl":%q,"input":{"messages":[{"content":[{"image":%q}]}]}}`, large, photo(200_001)), code: fault.InvalidRequest, want: "Exactly one reference image is supported."},
		"one begins as the other":      {body: fmt.Sprintf(`{"prompt":"p","referenceImageUrl":%q,"input":{"messages":[{"content":[{"image":%q}]}]}}`, large, large[:150_000]), code: fault.InvalidRequest, want: "Exactly one reference image is supported."},
		"the first was overwritten":    {body: fmt.Sprintf(`{"prompt":"p","referenceImageUrl":%q,"referenceImageUrl":%q}`, photo(200_001), large)},
		"no base64":                    {body: clientBody(large + "#"), code: fault.InvalidRequest, want: "referenceImageUrl must be an http(s) URL or Base64 data URL."},
		"a page":                       {body: clientBody("data:text/html;base64," + large), code: fault.InvalidRequest, want: "referenceImageUrl must be an http(s) URL or Base64 data URL."},
		"no header at all":             {body: clientBody(strings.Repeat("A", 100_000)), code: fault.InvalidRequest, want: "referenceImageUrl must be an http(s) URL or Base64 data URL."},
		"more than the provider takes": {body: clientBody(photo(largestPicture + 1)), code: fault.PayloadTooLarge, want: "The reference image is larger than 10 MB. Choose a smaller one."},
		"a long prompt":                {body: fmt.Sprintf(`{"prompt":%q}`, strings.Repeat("p", maxText+1)), code: fault.PayloadTooLarge, want: "A text in the request is too long."},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			order, err := parseReference(t, tc.body)
			if tc.want == "" {
				require.NoError(t, err)
				assert.Len(t, quoted(t, order), len(large))
				return
			}

			var refused *fault.Error
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, tc.code, refused.Code)
			assert.Equal(t, tc.want, refused.Message)
		})
	}
}

var videoModel = Model{Video: &VideoRule{MinSeconds: 2, MaxSeconds: 15, Resolutions: []Resolution{{"720P", 2}}}}

func FuzzParseOrders(f *testing.F) {
	for _, body := range []string{
		`{"prompt":"p","n":1.0,"seed":7}`, clientBody("data:image/png;base64,iVBORw0KGgo="), clientBody("https://x.test/a.png"), `[]`, `{`, `{"input":{"messages":[{"content":[{"text":1}]}]}}`,
		`{"prompt":"p","referenceImageUrl":"http://[::1]:80/","size":"512*512"}`, `{"prompt":"p","referenceImageUrl":"https://x.test/a.png","duration":5,"resolution":"720P"}`,
	} {
		f.Add(body)
	}

	f.Fuzz(func(t *testing.T, body string) {
		_, textErr := ParseTextOrder(strings.NewReader(body), textModel)
		order, referenceErr := parseReference(t, body)

		_, videoErr := ParseVideoOrder(strings.NewReader(body), videoModel, func() platform.Spool { return native.NewSpool(t.Context()) })

		for _, err := range []error{textErr, referenceErr, videoErr} {
			if err != nil {
				require.NotEqual(t, fault.Internal, fault.CodeOf(err), err)
			}
		}

		if referenceErr == nil {
			require.NotEmpty(t, order.Prompt)
			require.True(t, order.Count >= 1 && order.Count <= 6)
			require.NotEmpty(t, quoted(t, order))
			_, err := order.inputJSON("id", []referenceRecord{{url: order.References[0].Text()}})
			require.NoError(t, err)
		}
	})
}
