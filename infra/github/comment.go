package github

import (
	"context"
	"fmt"
	"net/http"
)

type comment struct {
	ID   int    `json:"id,omitempty"`
	Body string `json:"body"`
}

// Comment writes text as the one comment of its topic on a pull request.
func (r Repository) Comment(ctx context.Context, pull int, topic, text string) error {
	body := comment{Body: marked(topic, text)}
	path := fmt.Sprintf("/issues/%d/comments", pull)
	earlier, err := r.comment(ctx, path, topic)
	if err != nil {
		return err
	}
	if earlier != 0 {
		return r.send(ctx, http.MethodPatch, fmt.Sprintf("/issues/comments/%d", earlier), body, nil)
	}
	return r.send(ctx, http.MethodPost, path, body, nil)
}

// comment returns the ID of the topic's comment; 0 if there is none.
func (r Repository) comment(ctx context.Context, path, topic string) (int, error) {
	for page := 1; ; page++ {
		var comments []comment
		if err := r.send(ctx, http.MethodGet, fmt.Sprintf("%s?per_page=%d&page=%d", path, pageSize, page), nil, &comments); err != nil {
			return 0, err
		}
		for _, one := range comments {
			if hasMark(topic, one.Body) {
				return one.ID, nil
			}
		}
		if len(comments) < pageSize {
			return 0, nil
		}
	}
}
