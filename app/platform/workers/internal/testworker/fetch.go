//go:build js && wasm

package main

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/workers"
)

func fetch(r *http.Request) (*http.Response, error) {
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, r.FormValue("url"), nil)
	if err != nil {
		return nil, err
	}
	return workers.Client().Do(request)
}

// callOut describes the response of a host.
func callOut(w http.ResponseWriter, r *http.Request) error {
	response, err := fetch(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}

	writeJSON(w, map[string]any{
		"status": response.StatusCode, "url": response.Request.URL.String(), "header": response.Header,
		"length": response.ContentLength, "text": string(text),
	})
	return nil
}

// passOn sends the body of a host's response to the client.
func passOn(w http.ResponseWriter, r *http.Request) error {
	response, err := fetch(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(w, response.Body)
	return err
}

// send posts a body that Go writes.
func send(w http.ResponseWriter, r *http.Request) error {
	length, err := strconv.ParseInt(r.FormValue("length"), 10, 64)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(r.Context(), http.MethodPost, r.FormValue("url"), io.LimitReader(&endless{}, length))
	if err != nil {
		return err
	}

	if r.FormValue("chunked") == "" {
		request.ContentLength = length
	}
	response, err := workers.Client().Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(w, response.Body)
	return err
}

// mixed performs several operations at once for one ID, and checks that each answer belongs to the ID.
func mixed(w http.ResponseWriter, r *http.Request) error {
	id, ctx := r.FormValue("id"), r.Context()
	fmt.Fprintf(workers.LogWriter(ctx), "mixed %s", id)
	group, _ := errgroup.WithContext(ctx)
	group.Go(func() error {
		result, err := query(ctx, "SELECT ? AS id", id)
		return same("database", id, err, func() string { return fmt.Sprint(result.Rows[0][0]) })
	})
	group.Go(func() error {
		response, err := fetch(r)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		return same("fetch", id, err, func() string { return string(text) })
	})
	group.Go(func() error { return keepAndFind(r, id) })
	if err := group.Wait(); err != nil {
		return err
	}

	http.SetCookie(w, &http.Cookie{Name: "id", Value: id})
	_, err := io.WriteString(w, id)
	return err
}

func keepAndFind(r *http.Request, id string) error {
	if err := objects().Put(r.Context(), "mixed/"+id, strings.NewReader(id), platform.PutOptions{Size: int64(len(id))}); err != nil {
		return err
	}
	object, err := objects().Get(r.Context(), "mixed/"+id)
	if err != nil {
		return err
	}
	defer object.Body.Close()
	text, err := io.ReadAll(object.Body)
	return same("bucket", id, err, func() string { return string(text) })
}

func same(where, want string, err error, found func() string) error {
	if err != nil {
		return err
	}
	if text := found(); text != want {
		return fmt.Errorf("%s answered %q to the request of %q", where, text, want)
	}
	return nil
}
