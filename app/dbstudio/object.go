package dbstudio

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
)

// Objects opens objects by their keys.
type Objects interface {
	// Get opens an object; the caller closes the body. ErrNoObject if there is none.
	Get(ctx context.Context, key string) (contentType string, body io.ReadCloser, err error)
}

// ErrNoObject is the error for a key without an object.
var ErrNoObject = errors.New("there is no object of this key")

// object serves an object if it is an image, with a policy that lets it run no script.
func (s *Studio) object(w http.ResponseWriter, r *http.Request) {
	if s.Objects == nil {
		writeProblem(w, &problem{http.StatusNotFound, "objects", s.NoObjects})
		return
	}
	contentType, body, err := s.Objects.Get(r.Context(), r.URL.Query().Get("key"))
	if errors.Is(err, ErrNoObject) {
		writeProblem(w, &problem{http.StatusNotFound, "objects", "There is no object of this key."})
		return
	}
	if err != nil {
		writeProblem(w, err)
		return
	}
	defer body.Close()
	if !strings.HasPrefix(contentType, "image/") {
		writeProblem(w, &problem{http.StatusUnsupportedMediaType, "objects", "The object is no image."})
		return
	}

	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, _ = io.Copy(w, body) // the browser may have gone
}
