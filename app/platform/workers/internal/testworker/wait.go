//go:build js && wasm

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/addreams/addreams/app/platform/workers"
)

// wait sleeps several times, on a Go timer.
func wait(w http.ResponseWriter, r *http.Request) error {
	times, err := strconv.Atoi(r.FormValue("times"))
	if err != nil {
		times = 1
	}
	began := time.Now()
	for range times {
		time.Sleep(duration(r, "ms"))
	}
	fmt.Fprintf(w, "%d", time.Since(began).Milliseconds())
	return nil
}

// deadline sends a request with a deadline. Without a url it only waits for the deadline, with nothing in flight.
func deadline(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), duration(r, "ms"))
	defer cancel()
	if r.FormValue("url") == "" {
		<-ctx.Done()
		return ctx.Err()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.FormValue("url"), nil)
	if err != nil {
		return err
	}
	response, err := workers.Client().Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()

	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// finishAnyway sends a request and writes a row, whatever the client does meanwhile. With flush, it has begun to respond.
func finishAnyway(w http.ResponseWriter, r *http.Request) error {
	if r.FormValue("flush") != "" {
		w.(http.Flusher).Flush()
	}
	ctx := context.WithoutCancel(r.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.FormValue("url"), nil)
	if err != nil {
		return err
	}
	response, err := workers.Client().Do(request)
	if err != nil {
		return err
	}
	if err := response.Body.Close(); err != nil {
		return err
	}

	_, err = query(ctx, "INSERT INTO note (text) VALUES (?)", r.FormValue("note"))
	return err
}

func duration(r *http.Request, name string) time.Duration {
	milliseconds, err := strconv.Atoi(r.FormValue(name))
	if err != nil {
		panic(err)
	}
	return time.Duration(milliseconds) * time.Millisecond
}
