package api

import (
	"net/http"

	"github.com/addreams/addreams/app/js"
)

// writeJSON sends a value as JavaScript would write it.
func writeJSON(w http.ResponseWriter, status int, value any) error {
	body, err := js.Marshal(value)
	if err != nil {
		return err
	}
	return sendJSON(w, status, body)
}

// sendJSON sends what has been encoded.
func sendJSON(w http.ResponseWriter, status int, body []byte) error {
	w.Header()["Content-Type"] = []string{"application/json"}
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}
