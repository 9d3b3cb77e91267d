// Package github upserts the workflows' output on GitHub: one comment per topic on a pull request, one open issue per
// title. It knows nothing of what they say.
package github

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Repository is a repository on GitHub, reached over the REST API: https://docs.github.com/rest.
type Repository struct {
	API   string // "https://api.github.com"
	Name  string // "owner/name"
	Token string
}

// pageSize is the most that GitHub lists per page.
const pageSize = 100

// send sends a JSON body, unless it is nil, to a path of the repository, and reads the answer unless into is nil.
func (r Repository) send(ctx context.Context, method, path string, body, into any) error {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(encoded)
	}

	request, err := http.NewRequestWithContext(ctx, method, r.API+"/repos/"+r.Name+path, content)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/vnd.github+json")
	request.Header.Set("Authorization", "Bearer "+r.Token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		reason, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10))
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, bytes.TrimSpace(reason))
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(into)
}

// marked adds a topic to a text in a comment that GitHub does not display.
func marked(topic, text string) string { return mark(topic) + "\n" + text }

func mark(topic string) string { return "<!-- addreams: " + topic + " -->" }

func hasMark(topic, text string) bool { return strings.HasPrefix(text, mark(topic)) }
