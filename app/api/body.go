package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/addreams/addreams/app/fault"
)

// maxBody is the longest body, in bytes, of a request that carries no picture.
const maxBody = 1 << 20

// readBody reads a whole body of at most limit bytes. A longer one is a PayloadTooLarge, before it is read if the
// request says its length.
func readBody(r *http.Request, limit int64) ([]byte, error) {
	tooLarge := fault.New(fault.PayloadTooLarge, "The request body is too large.")
	if r.ContentLength > limit {
		return nil, tooLarge
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return nil, fault.Wrap(fault.InvalidRequest, "The request body could not be read.", err)
	}
	if int64(len(body)) > limit {
		return nil, tooLarge
	}
	return body, nil
}

// writeJSON sends a value as JavaScript would write it: no HTML escapes.
func writeJSON(w http.ResponseWriter, status int, value any) error {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return errors.Join(errors.New("encode the response"), err)
	}
	w.Header()["Content-Type"] = []string{"application/json"}
	w.WriteHeader(status)
	_, err := w.Write(bytes.TrimSuffix(body.Bytes(), []byte{'\n'}))
	return err
}
