package main

import (
	"bytes"
	"context"
	"io"
	"sync"

	"github.com/addreams/addreams/app/platform"
)

// memory is a bucket that the harness can list.
type memory struct {
	mu      sync.Mutex
	objects map[string]stored
}

type stored struct {
	body        []byte
	contentType string
}

func newMemory() *memory { return &memory{objects: map[string]stored{}} }

func (m *memory) Put(_ context.Context, key string, body io.Reader, options platform.PutOptions) error {
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	if options.MaxBytes > 0 && int64(len(data)) > options.MaxBytes {
		return platform.ErrObjectTooLarge
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.objects[key] = stored{body: data, contentType: options.ContentType}
	return nil
}

func (m *memory) Get(_ context.Context, key string) (*platform.Object, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	object, ok := m.objects[key]
	if !ok {
		return nil, platform.ErrObjectNotFound
	}
	return &platform.Object{
		ContentType: object.contentType,
		Size:        int64(len(object.body)),
		Body:        io.NopCloser(bytes.NewReader(object.body)),
	}, nil
}

func (m *memory) GetPart(ctx context.Context, key string, offset, length int64) (*platform.Object, error) {
	object, err := m.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, object.Body, offset); err != nil {
		return nil, err
	}
	object.Body = io.NopCloser(io.LimitReader(object.Body, length))
	return object, nil
}

func (m *memory) Delete(_ context.Context, keys ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		delete(m.objects, key)
	}
	return nil
}

// listed is an object as the harness compares it.
type listed struct {
	Key         string `json:"key"`
	Size        int    `json:"size"`
	ContentType string `json:"contentType"`
}

func (m *memory) list() []listed {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make([]listed, 0, len(m.objects))
	for key, object := range m.objects {
		all = append(all, listed{key, len(object.body), object.contentType})
	}
	return all
}
