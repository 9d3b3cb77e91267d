package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"slices"
)

// metadata is the first part of an upload. The genuine plugin always sends these keys, and no others.
type metadata struct {
	MainModule         string    `json:"main_module,omitempty"`
	BodyPart           string    `json:"body_part,omitempty"`
	Bindings           []binding `json:"bindings"`
	Logpush            bool      `json:"logpush"`
	CompatibilityDate  string    `json:"compatibility_date,omitempty"`
	CompatibilityFlags []string  `json:"compatibility_flags,omitempty"`
	Placement          placement `json:"placement"`
	Tags               []string  `json:"tags"`
}

const (
	moduleName  = "worker.mjs"
	moduleType  = "application/javascript+module"
	partName    = "script"
	partType    = "application/javascript"
	disposition = "Content-Disposition"
)

// upload sends a whole script: the metadata, then the content byte for byte.
func upload(ctx context.Context, api *client, s script) error {
	for _, tie := range slices.Concat(s.PlainTexts, s.SecretTexts) {
		if tie.Text == "" {
			return fmt.Errorf("the text binding %s of script %s is empty", tie.Name, s.Name)
		}
	}

	form, err := s.form()
	if err != nil {
		return err
	}
	if _, err := api.send(ctx, "PUT", s.path(), form); err != nil {
		return fmt.Errorf("error uploading script %s: %w", s.Name, err)
	}
	return nil
}

func (s script) form() (payload, error) {
	meta := metadata{
		Bindings: s.bindings(), Logpush: s.Logpush, CompatibilityDate: s.CompatibilityDate,
		CompatibilityFlags: s.CompatibilityFlags, Tags: append([]string{}, s.Tags...),
	}
	if len(s.Placements) > 0 {
		meta.Placement = s.Placements[0]
	}

	header := textproto.MIMEHeader{}
	if s.Module {
		meta.MainModule = moduleName
		header.Set(disposition, fmt.Sprintf(`form-data; name="%s"; filename="%[1]s"`, moduleName))
		header.Set("Content-Type", moduleType)
	} else {
		meta.BodyPart = partName
		header.Set(disposition, fmt.Sprintf(`form-data; name="%s"`, partName))
		header.Set("Content-Type", partType)
	}

	encoded, err := json.Marshal(meta)
	if err != nil {
		return payload{}, err
	}

	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	about := textproto.MIMEHeader{disposition: {`form-data; name="metadata"`}, "Content-Type": {jsonType}}
	if err := writePart(form, about, encoded); err != nil {
		return payload{}, err
	}
	if err := writePart(form, header, []byte(s.Content)); err != nil {
		return payload{}, err
	}
	if err := form.Close(); err != nil {
		return payload{}, err
	}
	return payload{form.FormDataContentType(), body.Bytes()}, nil
}

func writePart(form *multipart.Writer, header textproto.MIMEHeader, content []byte) error {
	part, err := form.CreatePart(header)
	if err != nil {
		return err
	}
	_, err = part.Write(content)
	return err
}
