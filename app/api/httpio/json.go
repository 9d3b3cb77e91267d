// Package httpio writes JSON responses as the JavaScript service did. It knows no route and no error.
package httpio

import (
	"net/http"

	"github.com/addreams/addreams/app/js"
)

// WriteJSON sends a value as JavaScript would write it.
func WriteJSON(w http.ResponseWriter, status int, value any) error {
	body, err := js.Marshal(value)
	if err != nil {
		return err
	}
	return SendJSON(w, status, body)
}

// SendJSON sends what has been encoded.
func SendJSON(w http.ResponseWriter, status int, body []byte) error {
	w.Header()["Content-Type"] = []string{"application/json"}
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}
