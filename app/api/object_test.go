package api_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/platform"
)

// countedBucket counts what is opened.
type countedBucket struct {
	platform.Bucket
	opened int
}

func (c *countedBucket) Get(ctx context.Context, key string) (*platform.Object, error) {
	c.opened++
	return c.Bucket.Get(ctx, key)
}

func TestAssetThatTheClientHas(t *testing.T) {
	var bucket *countedBucket
	s := apitest.New(t, func(p *platform.Platform) {
		bucket = &countedBucket{Bucket: p.Bucket}
		p.Bucket = bucket
	})
	ada, bob := signUp(s, "ada"), signUp(s, "bob")
	path := "/api/history/" + ada.generate() + "/asset"
	whole := ada.get(path)
	tag := whole.Header().Get("ETag")
	require.Regexp(t, `^"[\w-]{22}"$`, tag)
	assert.NotEqual(t, tag, ada.get("/api/history/"+ada.generate()+"/asset").Header().Get("ETag"))

	opened := bucket.opened
	for _, sent := range []string{tag, `"other", ` + tag, "W/" + tag, "*"} {
		kept := ada.get(path, "If-None-Match", sent)
		assert.Equal(t, http.StatusNotModified, kept.Code, sent)
		assert.Empty(t, kept.Body.String(), sent)
		assert.Equal(t, tag, kept.Header().Get("ETag"), sent)
		assert.Equal(t, whole.Header().Get("Cache-Control"), kept.Header().Get("Cache-Control"), sent)
		assert.Empty(t, kept.Header().Get("Expires"), sent)
	}
	assert.Equal(t, opened, bucket.opened, "the bucket is not asked")
	assert.Equal(t, http.StatusOK, ada.get(path, "If-None-Match", `"other"`).Code)
	assert.Equal(t, http.StatusNotFound, bob.get(path, "If-None-Match", tag).Code, "whoever knows the tag has no picture by it")
}

func TestPartsOfAssets(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	path := "/api/history/" + ada.generate() + "/asset"
	whole := ada.get(path)
	body := whole.Body.String()
	size := len(body)
	require.Greater(t, size, 10)
	tag := whole.Header().Get("ETag")
	cases := map[string]struct {
		asked, version string
		want           int
		body, part     string
	}{
		"beginning":        {"bytes=0-3", "", http.StatusPartialContent, body[:4], "bytes 0-3/"},
		"middle":           {"bytes=4-7", tag, http.StatusPartialContent, body[4:8], "bytes 4-7/"},
		"to the end":       {"bytes=5-", "", http.StatusPartialContent, body[5:], "bytes 5-"},
		"beyond the end":   {"bytes=5-99999999", "", http.StatusPartialContent, body[5:], "bytes 5-"},
		"the end":          {"bytes=-3", "", http.StatusPartialContent, body[size-3:], "bytes "},
		"more than all":    {"bytes=-99999999", "", http.StatusPartialContent, body, "bytes 0-"},
		"after the end":    {"bytes=99999999-", "", http.StatusRequestedRangeNotSatisfiable, "", "bytes */"},
		"nothing":          {"bytes=-0", "", http.StatusRequestedRangeNotSatisfiable, "", "bytes */"},
		"another version":  {"bytes=0-3", `"other"`, http.StatusOK, body, ""},
		"several":          {"bytes=0-1,3-4", "", http.StatusOK, body, ""},
		"backwards":        {"bytes=4-3", "", http.StatusOK, body, ""},
		"malformed":        {"bytes=a-b", "", http.StatusOK, body, ""},
		"of another unit":  {"rows=0-3", "", http.StatusOK, body, ""},
		"a number too big": {"bytes=0-99999999999999999999", "", http.StatusOK, body, ""},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			response := ada.get(path, "Range", tc.asked, "If-Range", tc.version)
			require.Equal(t, tc.want, response.Code, response.Body)
			assert.Contains(t, response.Header().Get("Content-Range"), tc.part)
			if tc.body != "" {
				assert.Equal(t, tc.body, response.Body.String())
			}
			if tc.part == "" {
				assert.Empty(t, response.Header().Get("Content-Range"))
			}
			if tc.want == http.StatusPartialContent {
				assert.Equal(t, "image/png", response.Header().Get("Content-Type"))
				assert.Equal(t, "nosniff", response.Header().Get("X-Content-Type-Options"))
			}
		})
	}
}

func TestAssetToDownload(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	id := ada.generate()
	assert.Empty(t, ada.get("/api/history/"+id+"/asset").Header().Get("Content-Disposition"))
	saved := ada.get("/api/history/" + id + "/assets/0?download=1")
	assert.Equal(t, `attachment; filename="addreams-`+id+`-0.png"`, saved.Header().Get("Content-Disposition"))

	head := ada.do(http.MethodHead, "/api/history/"+id+"/asset", "")
	assert.Equal(t, http.StatusOK, head.Code)
	assert.Equal(t, saved.Header().Get("Content-Length"), head.Header().Get("Content-Length"))
	assert.Empty(t, head.Body.String())

	key := s.SQL(`SELECT r2_key FROM generation WHERE id = ?`, id)[0].Text(0)
	for contentType, extension := range map[string]string{"image/jpeg": "jpg", "image/tiff": "tif", "application/octet-stream": "bin"} {
		options := platform.PutOptions{ContentType: contentType, Size: int64(len(apitest.PNG))}
		require.NoError(t, s.Bucket.Put(t.Context(), key, strings.NewReader(apitest.PNG), options))
		typed := ada.get("/api/history/" + id + "/asset?download=1")
		assert.Equal(t, `attachment; filename="addreams-`+id+`.`+extension+`"`, typed.Header().Get("Content-Disposition"))
	}
}

// HEAD of every picture answers as GET does, without the body. It knows no Range (RFC 9110, 14.2).
func TestHeadOfPictures(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	photo := "data:image/png;base64," + base64.StdEncoding.EncodeToString([]byte(apitest.PNG))
	made := ada.do(http.MethodPost, referenceRoute, `{"prompt":"p","referenceImageUrl":"`+photo+`"}`)
	require.Equal(t, http.StatusOK, made.Code, made.Body)
	item := "/api/history/" + decode[struct{ GenerationID string }](t, made).GenerationID

	for _, picture := range []string{"/asset", "/assets/0", "/reference", "/references/0"} {
		tag := ada.get(item + picture).Header().Get("ETag")
		for want, known := range map[int]string{http.StatusOK: "", http.StatusNotModified: tag} {
			got := ada.get(item+picture, "If-None-Match", known)
			head := ada.do(http.MethodHead, item+picture, "", "If-None-Match", known, "Range", "bytes=0-3")
			assert.Equal(t, want, head.Code, picture)
			assert.Empty(t, head.Body.String(), picture)
			for _, name := range []string{"ETag", "Content-Length", "Content-Range", "Content-Type", "Cache-Control", "Accept-Ranges"} {
				assert.Equal(t, got.Header().Get(name), head.Header().Get(name), "%s of %s", name, picture)
			}
			immutable := strings.Contains(head.Header().Get("Cache-Control"), "immutable")
			assert.Equal(t, picture != "/asset", immutable, picture)
		}
	}
}
