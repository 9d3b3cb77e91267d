//go:build js && wasm

package main

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/workers"
)

func objects() platform.Bucket { return workers.Bucket("BUCKET") }

func options(r *http.Request) platform.PutOptions {
	most, _ := strconv.ParseInt(r.FormValue("most"), 10, 64)
	size, err := strconv.ParseInt(r.FormValue("size"), 10, 64)
	if err != nil {
		size = -1
	}
	return platform.PutOptions{ContentType: r.Header.Get("Content-Type"), Size: size, MaxBytes: most}
}

// put stores the request's body, which the host holds.
func put(_ http.ResponseWriter, r *http.Request) error {
	return objects().Put(r.Context(), r.FormValue("key"), r.Body, options(r))
}

// putMade stores a body that Go writes; with `fail`, the body breaks off at its end.
func putMade(_ http.ResponseWriter, r *http.Request) error {
	length, err := strconv.ParseInt(r.FormValue("length"), 10, 64)
	if err != nil {
		return err
	}
	body := io.LimitReader(&endless{}, length)
	if r.FormValue("fail") != "" {
		body = io.MultiReader(body, broken{})
	}
	return objects().Put(r.Context(), r.FormValue("key"), body, options(r))
}

// endless is a reader of ever the same 256 bytes.
type endless struct{ next byte }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i], e.next = e.next, e.next+1
	}
	return len(p), nil
}

type broken struct{}

var errBroken = errors.New("the source is broken")

func (broken) Read([]byte) (int, error) { return 0, errBroken }

// putFetched stores the body of a host's response, after a peek at its beginning.
func putFetched(w http.ResponseWriter, r *http.Request) error {
	response, err := fetch(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()

	body := platform.Peek(response.Body)
	head, err := body.Peek(16)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	settings := options(r)
	settings.Size = response.ContentLength
	if err := objects().Put(r.Context(), r.FormValue("key"), body, settings); err != nil {
		return err
	}
	_, err = w.Write(head)
	return err
}

// get answers with an object, or with the part of it that starts at `offset` and has a `length`.
func get(w http.ResponseWriter, r *http.Request) error {
	offset, _ := strconv.ParseInt(r.FormValue("offset"), 10, 64)
	length, part := strconv.ParseInt(r.FormValue("length"), 10, 64)
	open := func() (*platform.Object, error) { return objects().Get(r.Context(), r.FormValue("key")) }
	if part == nil {
		open = func() (*platform.Object, error) {
			return objects().GetPart(r.Context(), r.FormValue("key"), offset, length)
		}
	}
	object, err := open()
	if err != nil {
		return err
	}
	defer object.Body.Close()
	w.Header().Set("Content-Type", object.ContentType)
	if part != nil {
		length = object.Size
	}
	w.Header().Set("Content-Length", strconv.FormatInt(length, 10))
	w.Header().Set("X-Size", strconv.FormatInt(object.Size, 10))
	_, err = io.Copy(w, object.Body)

	return err
}

func remove(_ http.ResponseWriter, r *http.Request) error {
	return objects().Delete(r.Context(), r.URL.Query()["key"]...)
}
