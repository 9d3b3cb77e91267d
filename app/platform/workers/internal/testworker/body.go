//go:build js && wasm

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/workers"
)

func setCookies(w http.ResponseWriter, _ *http.Request) error {
	http.SetCookie(w, &http.Cookie{Name: "one", Value: "1"})
	http.SetCookie(w, &http.Cookie{Name: "two", Value: "2, with Expires, 3"})
	w.Header().Set("X-Text", "Grüße")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func undeclaredType(w http.ResponseWriter, _ *http.Request) error {
	_, err := io.WriteString(w, "<html><body>hello")
	return err
}

// stream writes a body piece by piece, and logs how that ended.
func stream(w http.ResponseWriter, r *http.Request) error {
	pieces, err := strconv.Atoi(r.FormValue("pieces"))
	if err != nil {
		return err
	}

	piece := []byte(strings.Repeat("x", 32<<10))
	for range pieces {
		if _, err := w.Write(piece); err != nil {
			fmt.Fprintf(workers.LogWriter(r.Context()), "stream: %s", named(err))
			return nil
		}
	}
	fmt.Fprintf(workers.LogWriter(r.Context()), "stream: sent %d", pieces)
	return nil
}

// failLate panics when part of the body has been sent, with or without a Content-Length.
func failLate(w http.ResponseWriter, r *http.Request) error {
	if length := r.FormValue("length"); length != "" {
		w.Header().Set("Content-Length", length)
	}
	if _, err := io.WriteString(w, "half"); err != nil {
		return err
	}
	w.(http.Flusher).Flush()
	panic("late")
}

func derive(w http.ResponseWriter, r *http.Request) error {
	key, err := workers.Scrypt(r.Context(), []byte(r.FormValue("password")), []byte("salt"), 16384, 16, 1, 64)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, hex.EncodeToString(key))
	return err
}

func showEnv(w http.ResponseWriter, r *http.Request) error {
	writeJSON(w, map[string]any{
		"value": workers.Env(r.FormValue("name")), "bucket": workers.Bucket(r.FormValue("name")) != nil,
		"args": os.Args, "environ": os.Environ(),
	})
	return nil
}

// digested describes a body.
type digested struct {
	Bytes  int64  `json:"bytes"`
	Reads  int    `json:"reads"`
	Digest string `json:"digest"`
}

func digest(body io.Reader, size int) (digested, error) {
	hash, read, buffer := sha256.New(), digested{}, make([]byte, size)
	for {
		n, err := body.Read(buffer)
		hash.Write(buffer[:n])
		read.Bytes, read.Reads = read.Bytes+int64(n), read.Reads+1
		if errors.Is(err, io.EOF) {
			read.Digest = hex.EncodeToString(hash.Sum(nil))
			return read, nil
		}
		if err != nil {
			return read, err
		}
	}
}

// readBody reads the body with a buffer of the requested size.
func readBody(w http.ResponseWriter, r *http.Request) error {
	size, err := strconv.Atoi(r.FormValue("buffer"))
	if err != nil {
		return err
	}
	read, err := digest(r.Body, size)
	if err != nil {
		return err
	}
	writeJSON(w, read)
	return nil
}

// peekBody peeks at the body and then sends it back.
func peekBody(w http.ResponseWriter, r *http.Request) error {
	length, err := strconv.Atoi(r.FormValue("length"))
	if err != nil {
		return err
	}
	head, err := platform.Peek(r.Body).Peek(length)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	w.Header().Set("X-Head", hex.EncodeToString(head))
	_, err = io.Copy(w, r.Body)
	return err
}

// spoolBody writes the body to a spool and reads it back twice.
func spoolBody(w http.ResponseWriter, r *http.Request) error {
	kept := workers.NewSpool(r.Context())
	defer kept.Close()
	if _, err := io.Copy(kept, r.Body); err != nil {
		return err
	}
	first, err := digest(kept.Open(), 10_000)
	if err != nil {
		return err
	}
	second, err := digest(kept.Open(), 100_000)
	if err != nil {
		return err
	}

	writeJSON(w, map[string]any{"length": kept.Len(), "first": first, "second": second})
	return nil
}

// share lets pages of the origin example.test read the answer.
func share(w http.ResponseWriter, r *http.Request) error {
	if origin := r.Header.Get("Origin"); origin == "https://example.test" {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		w.Header().Set("Vary", "Origin")
	}
	return nil
}
