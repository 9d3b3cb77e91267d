package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"

	"github.com/addreams/addreams/app/cloudflare"
	"github.com/addreams/addreams/app/platform/workers/bundle"
	"github.com/addreams/addreams/infra/names"
)

// Upload puts a Worker into the place of the one that serves, and waits for its first answer. Settings and bindings stay.
// Pulumi does not know of it: the next Up looks at what is there, and deploys what was built last.
// https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/content/methods/update/
func (s Stack) Upload(ctx context.Context, modules bundle.Modules) error {
	running, found := s.cloud.Find(ctx)
	if !found {
		return errNotRunning
	}
	body, contentType, err := multipartOf(modules)
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.uploaded(), nil, 0o600); err != nil {
		return err
	}

	request := cloudflare.Request{
		Method: http.MethodPut, Path: "/workers/scripts/" + names.Of(names.Local).Script + "/content",
		Body: body, Type: contentType, Repeatable: true,
	}
	if err := running.Account().Do(ctx, request, nil); err != nil {
		return fmt.Errorf("upload the Worker: %w", err)
	}
	return awaitAnswer(ctx, running.Worker+"/api/health")
}

// multipartOf returns the body of the request, and its type.
func multipartOf(modules bundle.Modules) ([]byte, string, error) {
	const entry = "worker.mjs"
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	parts := []struct {
		name, contentType string
		content           []byte
	}{
		{"metadata", "application/json", []byte(`{"main_module":"` + entry + `"}`)},
		{entry, "application/javascript+module", modules.Entry},
		{"app.wasm", "application/wasm", modules.Program},
	}

	for _, part := range parts {
		header := textproto.MIMEHeader{
			"Content-Disposition": {multipart.FileContentDisposition(part.name, part.name)},
			"Content-Type":        {part.contentType},
		}
		writer, err := form.CreatePart(header)
		if err != nil {
			return nil, "", err
		}
		if _, err := writer.Write(part.content); err != nil {
			return nil, "", err
		}
	}
	err := form.Close()
	return body.Bytes(), form.FormDataContentType(), err
}

// uploaded is a file that is there as long as Upload has changed what Pulumi deployed.
func (s Stack) uploaded() string { return filepath.Join(s.cloud.Dir, "uploaded") }

// upArguments are Pulumi's arguments for an `up`.
func (s Stack) upArguments() []string {
	arguments := []string{"up", "--yes", "--skip-preview", "--suppress-outputs"}
	if _, err := os.Stat(s.uploaded()); err == nil {
		arguments = append(arguments, "--refresh")
	}
	return arguments
}

// forgetUpload records that Pulumi has deployed its Worker again.
func (s Stack) forgetUpload() error {
	if err := os.Remove(s.uploaded()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
