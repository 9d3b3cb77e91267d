package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

// photoBody returns an order as the frontend sends it, with the picture twice, and the picture's bytes.
func photoBody(size int) (string, []byte) {
	picture := append([]byte(apitest.PNG), bytes.Repeat([]byte{7}, size-len(apitest.PNG))...)
	image := "data:image/png;base64," + base64.StdEncoding.EncodeToString(picture)
	return `{"prompt":"p","referenceImageUrl":"` + image + `","input":{"messages":[{"role":"user","content":[{"type":"image","image":"` + image + `"},{"type":"text","text":"p"}]}]}}`, picture
}

// Defect 1: a large reference lost the credit.
func TestLargeReference(t *testing.T) {
	s := apitest.New(t)
	s.Env[binding.QwenTimeout] = "300000" // the race detector takes ten seconds for ten megabytes, on a quiet machine
	s.Start()
	ada := signUp(s, "ada")
	body, picture := photoBody(10 << 20)
	response := ada.do(http.MethodPost, referenceRoute, body)
	require.Equal(t, http.StatusOK, response.Code)
	id := decode[struct{ GenerationID string }](t, response).GenerationID

	row := s.SQL("SELECT length(input_json), json_extract(input_json, '$.referenceKey') FROM generation")[0]
	assert.Less(t, row.Int(0), int64(1000), "no byte of it is in the database")
	assert.Equal(t, "users/"+ada.id+"/generations/"+id+"/reference.png", row.Text(1))
	var sent struct {
		Input struct {
			Messages []struct{ Content []struct{ Image string } }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(s.Images.Bodies[0]), &sent))
	assert.True(t, strings.HasSuffix(sent.Input.Messages[0].Content[0].Image, base64.StdEncoding.EncodeToString(picture)), "the provider gets it whole")
	kept := ada.get("/api/history/" + id + "/reference")
	assert.Equal(t, http.StatusOK, kept.Code)
	assert.True(t, bytes.Equal(picture, kept.Body.Bytes()))
}

// Defect 2: small references were stored in the database too, and returned with the history.
func TestReferenceInHistory(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	response := ada.do(http.MethodPost, referenceRoute, `{"prompt":"p","referenceImageUrl":"data:image/svg+xml;base64,PHN2Zz4="}`)
	require.Equal(t, http.StatusOK, response.Code)
	id := decode[struct{ GenerationID string }](t, response).GenerationID
	detail := ada.get("/api/history/"+id, "Origin", apitest.Frontend)
	assert.NotContains(t, detail.Body.String(), "base64")
	input := decode[struct {
		Item struct {
			Input struct {
				ReferenceImage string
				Parameters     struct{ ReferenceImage string }
			}
		}
	}](t, detail).Item.Input
	assert.Equal(t, "http://example.com/api/history/"+id+"/reference", input.ReferenceImage)
	assert.Equal(t, input.ReferenceImage, input.Parameters.ReferenceImage)
	kept := ada.get("/api/history/" + id + "/reference")
	assert.Equal(t, "<svg>", kept.Body.String())
	assert.Equal(t, "application/octet-stream", kept.Header().Get("Content-Type"), "it could hold a script")

	bob := signUp(s, "bob")
	assert.Equal(t, http.StatusNotFound, bob.get("/api/history/"+id+"/reference").Code)
}

func TestReferenceOutlivesABucketThatFails(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	s.Bucket.Fail = func(key string) error {
		if strings.Contains(key, "reference") {
			return io.ErrClosedPipe
		}
		return nil
	}
	assert.Equal(t, http.StatusOK, ada.do(http.MethodPost, referenceRoute, `{"prompt":"p","referenceImageUrl":"data:image/png;base64,iVBORw0KGgo="}`).Code)
}

// A picture that is deleted with its generation stays deleted, even if its request is still running.
func TestReferenceOfADeletedGeneration(t *testing.T) {
	for name, status := range map[string]int{"then made": http.StatusOK, "then failed": http.StatusBadRequest} {
		t.Run(name, func(t *testing.T) {
			s := apitest.New(t)
			ada := signUp(s, "ada")
			s.Images.Answer = func(w http.ResponseWriter, _ *http.Request) {
				id := s.SQL("SELECT id FROM generation")[0].Text(0)
				assert.Equal(t, http.StatusOK, ada.do(http.MethodDelete, "/api/history/"+id, "").Code)
				w.WriteHeader(status)
				apitest.SendImages(w, 1)
			}
			ada.do(http.MethodPost, referenceRoute, `{"prompt":"p","referenceImageUrl":"data:image/png;base64,iVBORw0KGgo="}`)
			assert.Empty(t, s.Bucket.Objects)
		})
	}
}
