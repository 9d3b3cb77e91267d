package qwen_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/platform/native"
	"github.com/addreams/addreams/app/provider/qwen"
	"github.com/addreams/addreams/app/studio"
)

// host answers as DashScope, for one call.
type host func(*http.Request) (*http.Response, error)

func (h host) RoundTrip(r *http.Request) (*http.Response, error) { return h(r) }

func answering(status int, body io.Reader, headers ...string) host {
	return func(*http.Request) (*http.Response, error) {
		response := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(body)}
		for i := 0; i+1 < len(headers); i += 2 {
			response.Header.Set(headers[i], headers[i+1])
		}
		return response, nil
	}
}

func client(t *testing.T, transport http.RoundTripper) *qwen.Client {
	t.Helper()
	provider := qwen.New(native.HTTPClient(transport), native.NewSpool, func(name string) string {
		if name == "QWEN_API_KEY" {
			return " key "
		}
		return ""
	})
	require.NoError(t, provider.Ready())
	return provider
}

// The rows of the contract's table. The recorded scenarios show the same from outside.
func TestFailures(t *testing.T) {
	const (
		provider   = "Image provider "
		unreadable = "The reference image could not be read by the image provider. Send another one."
		noneNow    = "Image generation is not available at the moment. The credit was returned."
	)
	cases := map[string]struct {
		status    int
		body      string
		code      fault.Code
		message   string
		said      string // the provider's code
		requestID string
	}{
		"policy before status":      {500, `{"code":"DataInspectionFailed","request_id":"r"}`, fault.UpstreamPolicy, "Request was rejected by provider safety checks.", "DataInspectionFailed", "r"},
		"server error before code":  {503, `{"code":"InvalidParameter"}`, fault.UpstreamUnavailable, provider + "is currently unavailable.", "InvalidParameter", "from-header"},
		"server error, no JSON":     {502, `<html>`, fault.UpstreamUnavailable, provider + "is currently unavailable.", "", "from-header"},
		"parameter":                 {400, `{"code":"InvalidParameter","message":"no such size"}`, fault.UpstreamParameter, "no such size", "InvalidParameter", "from-header"},
		"parameter, blank message":  {400, `{"code":"InvalidParameter","message":" "}`, fault.UpstreamParameter, provider + "rejected request parameters.", "InvalidParameter", "from-header"},
		"key":                       {401, `{"code":"InvalidApiKey","message":"x"}`, fault.UpstreamAuth, provider + "authentication failed.", "InvalidApiKey", "from-header"},
		"infringement":              {400, `{"code":"IPInfringementSuspect","message":"x"}`, fault.UpstreamPolicy, "Request was rejected by provider safety checks.", "IPInfringementSuspect", "from-header"},
		"reference not downloaded":  {400, `{"code":"InvalidParameter.DataInspection","message":"Unable to download the media resource"}`, fault.UpstreamParameter, unreadable, "InvalidParameter.DataInspection", "from-header"},
		"reference not decoded":     {400, `{"code":"InvalidImage.FileFormat","message":"x"}`, fault.UpstreamParameter, unreadable, "InvalidImage.FileFormat", "from-header"},
		"reference not found":       {400, `{"code":"InvalidURL.ConnectionRefused","message":"x"}`, fault.UpstreamParameter, unreadable, "InvalidURL.ConnectionRefused", "from-header"},
		"another parameter":         {400, `{"code":"InvalidParameter.Size","message":"no such size"}`, fault.UpstreamParameter, "no such size", "InvalidParameter.Size", "from-header"},
		"bills are open":            {400, `{"code":"Arrearage","message":"account of Ada"}`, fault.UpstreamAuth, noneNow, "Arrearage", "from-header"},
		"access":                    {403, `{"code":"AccessDenied.Unpurchased","message":"account of Ada"}`, fault.UpstreamAuth, noneNow, "AccessDenied.Unpurchased", "from-header"},
		"access of the model":       {403, `{"code":"Model.AccessDenied","message":"account of Ada"}`, fault.UpstreamAuth, noneNow, "Model.AccessDenied", "from-header"},
		"access of the workspace":   {403, `{"code":"Workspace.AccessDenied","message":"account of Ada"}`, fault.UpstreamAuth, noneNow, "Workspace.AccessDenied", "from-header"},
		"the model was retired":     {404, `{"code":"ModelNotFound","message":"account of Ada"}`, fault.UpstreamAuth, noneNow, "ModelNotFound", "from-header"},
		"quota used up":             {429, `{"code":"Throttling.AllocationQuota","message":"account of Ada"}`, fault.UpstreamQuota, "Image generation has used up its quota for now. The credit was returned.", "Throttling.AllocationQuota", "from-header"},
		"rate of a minute":          {429, `{"code":"Throttling.RateQuota","message":"x"}`, fault.UpstreamRateLimited, provider + "rate limit exceeded.", "Throttling.RateQuota", "from-header"},
		"rate":                      {429, `{"message":"slow down"}`, fault.UpstreamRateLimited, provider + "rate limit exceeded.", "", "from-header"},
		"code with status 200":      {200, `{"code":"Other","message":"m"}`, fault.UpstreamFailed, "m", "Other", "from-header"},
		"other status":              {404, `{}`, fault.UpstreamFailed, provider + "request failed.", "", "from-header"},
		"a redirect nobody follows": {304, ``, fault.UpstreamFailed, provider + "request failed.", "", "from-header"},
		"members of other types":    {404, `{"code":1,"message":{},"request_id":[]}`, fault.UpstreamFailed, provider + "request failed.", "", "from-header"},
		"success without JSON":      {200, `<html>`, fault.UpstreamMalformed, provider + "returned an invalid response body.", "", "from-header"},
		"success, not an object":    {200, `[1]`, fault.UpstreamMalformed, provider + "returned an invalid response body.", "", "from-header"},
		"success without an image":  {200, `{"output":{"choices":[{"message":{"content":[{"image":" "},{"text":"x"}]}}]}}`, fault.UpstreamMalformed, provider + "returned an invalid response body.", "", "from-header"},
		"success in another shape":  {200, `{"output":{"choices":[{"message":{"content":"x"}}]}}`, fault.UpstreamMalformed, provider + "returned an invalid response body.", "", "from-header"},
		"success without an end":    {200, `{"output":"` + strings.Repeat("x", 2<<20) + `"}`, fault.UpstreamMalformed, provider + "returned an invalid response body.", "", "from-header"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := client(t, answering(tc.status, strings.NewReader(tc.body), "X-Acs-Request-Id", "from-header")).Generate(t.Context(), &studio.Order{Prompt: "p", Count: 1})

			var failed *studio.ProviderError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, tc.code, failed.Fault.Code)
			assert.Equal(t, tc.message, failed.Fault.Message)
			assert.Equal(t, tc.said, failed.ProviderCode)
			assert.Equal(t, tc.requestID, failed.RequestID)
			assert.Error(t, failed.Fault.Err, "the log gets the cause")
			assert.NotContains(t, err.Error(), "key ")
		})
	}
}

// A failure says who must act: the user, with another order; time; or the operator.
func TestWhoMustAct(t *testing.T) {
	cases := map[string]struct {
		status    int
		body      string
		retryable bool
		after     time.Duration
		operator  bool
	}{
		"policy":          {400, `{"code":"DataInspectionFailed"}`, false, 0, false},
		"parameter":       {400, `{"code":"InvalidParameter"}`, false, 0, false},
		"reference":       {400, `{"code":"InvalidImage.Size"}`, false, 0, false},
		"unavailable":     {503, `{}`, true, 0, false},
		"rate":            {429, `{}`, true, 0, false},
		"rate per minute": {429, `{"code":"Throttling.RateQuota"}`, true, time.Minute, false},
		"burst":           {429, `{"code":"Throttling.BurstRate"}`, true, time.Minute, false},
		"quota":           {429, `{"code":"Throttling.AllocationQuota"}`, false, 0, true},
		"key":             {401, `{"code":"InvalidApiKey"}`, false, 0, true},
		"bills":           {400, `{"code":"Arrearage"}`, false, 0, true},
		"model":           {404, `{"code":"ModelNotExist"}`, false, 0, true},
		"unknown":         {400, `{"code":"Other"}`, false, 0, false},
		"no image":        {200, `{}`, false, 0, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := client(t, answering(tc.status, strings.NewReader(tc.body))).Generate(t.Context(), &studio.Order{Prompt: "p", Count: 1})

			var failed *studio.ProviderError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, tc.retryable, failed.Retryable)
			assert.Equal(t, tc.after, failed.After)
			assert.Equal(t, tc.operator, failed.Operator)
		})
	}
}

func TestUnreachable(t *testing.T) {
	reset := errors.New("connection reset")
	hanging := host(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})

	cases := map[string]struct {
		transport http.RoundTripper
		code      fault.Code
	}{
		"no connection":      {host(func(*http.Request) (*http.Response, error) { return nil, reset }), fault.UpstreamUnavailable},
		"cut off":            {answering(200, io.MultiReader(strings.NewReader(`{"out`), iotest.ErrReader(reset))), fault.UpstreamUnavailable},
		"no answer in time":  {hanging, fault.UpstreamTimeout},
		"the host timed out": {answering(200, iotest.ErrReader(context.DeadlineExceeded)), fault.UpstreamTimeout},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()

			_, err := client(t, tc.transport).Generate(ctx, &studio.Order{Prompt: "p", Count: 1})

			assert.Equal(t, tc.code, fault.CodeOf(err))
		})
	}
}

func TestGenerate(t *testing.T) {
	var sent string
	transport := host(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		sent = string(body)
		assert.EqualValues(t, len(body), r.ContentLength)
		assert.Equal(t, "Bearer key", r.Header.Get("Authorization"))
		assert.Equal(t, "https://dashscope-intl.aliyuncs.com/api/v1/services/aigc/multimodal-generation/generation", r.URL.String())
		return answering(200, strings.NewReader(`{"output":{"choices":[{"message":{"content":[{"image":"https://a.test/1"},{"text":"x"},{"image":"https://a.test/2"}]}}]},"usage":{"image_count":2,"width":"wide"},"request_id":"r"}`))(r)
	})

	seed := int64(0)
	made, err := client(t, transport).Generate(t.Context(), &studio.Order{Prompt: "a <b>\"shoe\"</b>", Count: 2, Size: "1*1", NegativePrompt: "blur", Seed: &seed, Watermark: true})
	require.NoError(t, err)

	two := 2.0
	made.Close()
	images := []studio.Image{{URL: "https://a.test/1"}, {URL: "https://a.test/2"}}
	assert.Equal(t, studio.Result{ProviderRequestID: "r", Model: "qwen-image-max", Images: images, Usage: &studio.Usage{ImageCount: &two}}, made)
	assert.JSONEq(t, `{"model":"qwen-image-max","input":{"messages":[{"role":"user","content":[{"text":"a <b>\"shoe\"</b>"}]}]},"parameters":{"n":2,"size":"1*1","negative_prompt":"blur","seed":0,"prompt_extend":false,"watermark":true}}`, sent)
}

func TestHosts(t *testing.T) {
	cases := map[string]struct {
		env  map[string]string
		want string
	}{
		"by default":        {nil, "dashscope-intl.aliyuncs.com"},
		"a region":          {map[string]string{"QWEN_REGION": " US "}, "dashscope-us.aliyuncs.com"},
		"a workspace":       {map[string]string{"QWEN_REGION": "de", "QWEN_WORKSPACE_ID": "ws-1"}, "ws-1.eu-central-1.maas.aliyuncs.com"},
		"an address counts": {map[string]string{"QWEN_REGION": "mars", "QWEN_BASE_URL": "https://gateway.example.com/dashscope/"}, "gateway.example.com/dashscope"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var asked string
			transport := host(func(r *http.Request) (*http.Response, error) {
				asked = r.URL.String()
				return answering(500, strings.NewReader("{}"))(r)
			})
			provider := qwen.New(native.HTTPClient(transport), native.NewSpool, func(name string) string {
				if name == "QWEN_API_KEY" {
					return "key"
				}
				return tc.env[name]
			})

			_, err := provider.Generate(t.Context(), &studio.Order{Prompt: "p", Count: 1})

			require.Error(t, err)
			assert.Equal(t, "https://"+tc.want+"/api/v1/services/aigc/multimodal-generation/generation", asked)
		})
	}
}

func TestSettings(t *testing.T) {
	cases := map[string]struct {
		env  map[string]string
		want string
		wait time.Duration
	}{
		"nothing set": {map[string]string{}, "QWEN_API_KEY is not configured.", 45 * time.Second},
		"key is missing, but the schedule needs a timeout": {map[string]string{"QWEN_TIMEOUT_MS": "5000"}, "QWEN_API_KEY is not configured.", 5 * time.Second},
		"key first":         {map[string]string{"QWEN_API_KEY": " \n", "QWEN_REGION": "mars", "QWEN_TIMEOUT_MS": "x"}, "QWEN_API_KEY is not configured.", 45 * time.Second},
		"then region":       {map[string]string{"QWEN_API_KEY": "k", "QWEN_REGION": "mars", "QWEN_TIMEOUT_MS": "x"}, "QWEN_REGION must be either 'sg' or 'bj'.", 45 * time.Second},
		"no workspace":      {map[string]string{"QWEN_API_KEY": "k", "QWEN_REGION": "DE"}, "QWEN_WORKSPACE_ID is required for QWEN_REGION 'de'.", 45 * time.Second},
		"a strange one":     {map[string]string{"QWEN_API_KEY": "k", "QWEN_WORKSPACE_ID": "evil.example/"}, "QWEN_WORKSPACE_ID must be the ID of a workspace.", 45 * time.Second},
		"no URL":            {map[string]string{"QWEN_API_KEY": "k", "QWEN_BASE_URL": "http://dashscope.aliyuncs.com"}, "QWEN_BASE_URL must be of the form https://host.", 45 * time.Second},
		"then timeout":      {map[string]string{"QWEN_API_KEY": "k", "QWEN_REGION": " BJ ", "QWEN_TIMEOUT_MS": "x"}, "QWEN_TIMEOUT_MS must be a positive integer.", 45 * time.Second},
		"no time":           {map[string]string{"QWEN_API_KEY": "k", "QWEN_TIMEOUT_MS": "0"}, "QWEN_TIMEOUT_MS must be a positive integer.", 45 * time.Second},
		"negative time":     {map[string]string{"QWEN_API_KEY": "k", "QWEN_TIMEOUT_MS": "-5"}, "QWEN_TIMEOUT_MS must be a positive integer.", 45 * time.Second},
		"a number to begin": {map[string]string{"QWEN_API_KEY": "k", "QWEN_TIMEOUT_MS": " +2000ms"}, "", 2 * time.Second},
		"by default":        {map[string]string{"QWEN_API_KEY": "k", "QWEN_TIMEOUT_MS": ""}, "", 45 * time.Second},
		"all too long":      {map[string]string{"QWEN_API_KEY": "k", "QWEN_TIMEOUT_MS": "999999999999"}, "", 24 * time.Hour},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			provider := qwen.New(nil, native.NewSpool, func(name string) string { return tc.env[name] })
			assert.Equal(t, tc.wait, provider.Timeout(), "though the rest may be wrong")

			if tc.want != "" {
				var wrong *fault.Error
				require.ErrorAs(t, provider.Ready(), &wrong)
				assert.Equal(t, fault.BackendMisconfig, wrong.Code)
				assert.Equal(t, tc.want, wrong.Message)
				return
			}
			require.NoError(t, provider.Ready())
		})
	}
}
