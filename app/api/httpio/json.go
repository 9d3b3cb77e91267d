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

var contentType = []string{"application/json"}

// Announcer is a ResponseWriter that wants to know how long an answer will be before its status is sent, and may refuse it.
type Announcer interface{ Announce(length int) error }

// SendJSON sends what has been encoded. It fails before anything is sent if the length is refused.
func SendJSON(w http.ResponseWriter, status int, body []byte) error {
	if announcer, ok := w.(Announcer); ok {
		if err := announcer.Announce(len(body)); err != nil {
			return err
		}
	}
	w.Header()["Content-Type"] = contentType
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}
