package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

type issue struct {
	Number int      `json:"number,omitempty"`
	Title  string   `json:"title,omitempty"`
	Body   string   `json:"body,omitempty"`
	Labels []string `json:"labels,omitempty"`
	State  string   `json:"state,omitempty"`
}

// Report writes text as the one open issue of its title, with a label. An empty text closes the issue.
func (r Repository) Report(ctx context.Context, label, title, text string) error {
	open, err := r.issue(ctx, label, title)
	if err != nil {
		return err
	}

	path := fmt.Sprintf("/issues/%d", open)
	switch {
	case text == "" && open == 0:
		return nil
	case text == "":
		return r.send(ctx, http.MethodPatch, path, issue{State: "closed"}, nil)
	case open == 0:
		return r.send(ctx, http.MethodPost, "/issues", issue{Title: title, Body: text, Labels: []string{label}}, nil)
	}

	return r.send(ctx, http.MethodPatch, path, issue{Body: text}, nil)
}

// issue returns the number of the open issue; 0 if there is none.
func (r Repository) issue(ctx context.Context, label, title string) (int, error) {
	var open []struct {
		Number int
		Title  string
	}
	path := fmt.Sprintf("/issues?state=open&per_page=%d&labels=%s", pageSize, url.QueryEscape(label))
	if err := r.send(ctx, http.MethodGet, path, nil, &open); err != nil {
		return 0, err
	}
	for _, one := range open {
		if one.Title == title {
			return one.Number, nil
		}
	}

	return 0, nil
}
