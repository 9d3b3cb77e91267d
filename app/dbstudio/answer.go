package dbstudio

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// maxBody bounds a request's JSON, in bytes: a batch of changes with some long values.
const maxBody = 8 << 20

// answer returns a handler that answers in JSON and limits the time that a request may take.
func answer(within time.Duration, do func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), within)
		defer cancel()
		body, err := do(r.WithContext(ctx))
		if err != nil {
			writeProblem(w, err)
			return
		}
		writeJSON(w, http.StatusOK, body)
	})
}

type errorBody struct {
	Error struct {
		Kind    string `json:"kind"`
		Message string `json:"message"`
	} `json:"error"`
	Conflicts []conflict `json:"conflicts,omitempty"`
}

func writeProblem(w http.ResponseWriter, err error) {
	told := problemOf(err)
	var body errorBody
	body.Error.Kind, body.Error.Message = told.kind, told.message
	var meanwhile *conflictError
	if errors.As(err, &meanwhile) {
		body.Error.Kind, body.Error.Message, body.Conflicts = "conflict", meanwhile.Error(), meanwhile.conflicts
		told = &problem{status: http.StatusConflict}
	}
	writeJSON(w, told.status, body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the browser may have gone
}

// decode reads a request's JSON. Numbers keep their notation.
func decode[T any](r *http.Request) (T, error) {
	var body T
	if r.Header.Get("Content-Type") != "application/json" {
		return body, &problem{http.StatusUnsupportedMediaType, "request", "Send JSON."}
	}

	decoder := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody))
	decoder.UseNumber()
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&body); err != nil {
		return body, badRequest("The request can't be read: %v", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return body, badRequest("The request has something after its JSON.")
	}
	return body, nil
}
