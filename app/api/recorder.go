package api

import (
	"io"
	"net/http"
)

// statusRecorder notes the status that a handler sends, and whether it has begun to answer.
type statusRecorder struct {
	http.ResponseWriter
	status  int
	wrote   bool
	current *requestInfo
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status, r.wrote = status, true
	r.ResponseWriter.WriteHeader(status)
}

// Write sends a long answer at the client's pace.
func (r *statusRecorder) Write(p []byte) (int, error) {
	r.wrote = true
	if len(p) > longAnswer {
		return writePaced(r.ResponseWriter, p)
	}
	return r.ResponseWriter.Write(p)
}

// ReadFrom passes a body on whole, so that the platform can stream it without reading it here.
func (r *statusRecorder) ReadFrom(body io.Reader) (int64, error) {
	r.wrote = true
	return io.Copy(r.ResponseWriter, body)
}

func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
