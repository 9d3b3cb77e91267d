// Package openapi is the description of the API for programs: an OpenAPI 3.1 document, with one file of JSON per area of the
// API. It serves nothing and knows no handler; tests compare it with the router, and with the answers of the contract.
package openapi

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"

	"github.com/addreams/addreams/app/safejson"
)

//go:embed *.json
var files embed.FS

// description is a document, or the part of it in one file. The first four fields are in base.json.
type description struct {
	OpenAPI    string                                `json:"openapi,omitempty"`
	Info       json.RawMessage                       `json:"info,omitempty"`
	Servers    json.RawMessage                       `json:"servers,omitempty"`
	Security   json.RawMessage                       `json:"security,omitempty"`
	Tags       []json.RawMessage                     `json:"tags,omitempty"`
	Paths      map[string]json.RawMessage            `json:"paths,omitempty"`
	Components map[string]map[string]json.RawMessage `json:"components,omitempty"`
}

// Document returns the document: all files in one. It is put together once.
var Document = sync.OnceValues(func() ([]byte, error) { return join(files) })

// join puts the files of a folder together. It fails if two of them describe the same.
func join(folder fs.FS) ([]byte, error) {
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		return nil, err
	}

	whole := description{Paths: map[string]json.RawMessage{}, Components: map[string]map[string]json.RawMessage{}}
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		var part description
		if err := safejson.Unmarshal(text, &part); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := whole.add(part); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}

	return json.Marshal(whole)
}

func (d *description) add(part description) error {
	if part.OpenAPI != "" {
		d.OpenAPI, d.Info, d.Servers, d.Security = part.OpenAPI, part.Info, part.Servers, part.Security
	}
	d.Tags = append(d.Tags, part.Tags...)
	if err := merge(d.Paths, part.Paths); err != nil {
		return err
	}

	for kind, components := range part.Components {
		if d.Components[kind] == nil {
			d.Components[kind] = map[string]json.RawMessage{}
		}
		if err := merge(d.Components[kind], components); err != nil {
			return err
		}
	}
	return nil
}

func merge(into, from map[string]json.RawMessage) error {
	for name, value := range from {
		if _, found := into[name]; found {
			return fmt.Errorf("%s is described twice", name)
		}
		into[name] = value
	}
	return nil
}
