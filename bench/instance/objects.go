//go:build js && wasm

package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/syumai/workers/cloudflare/r2"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/platform"
)

// objects is the R2 binding, through the library's door: a body that is stored passes through Wasm memory.
type objects struct{}

func (objects) Put(_ context.Context, key string, body io.Reader, options platform.PutOptions) error {
	binding, err := r2.NewBucket(binding.Bucket)
	if err != nil {
		return err
	}
	_, err = binding.Put(key, io.NopCloser(body), &r2.PutOptions{HTTPMetadata: r2.HTTPMetadata{ContentType: options.ContentType}})
	return err
}

func (objects) Get(_ context.Context, key string) (*platform.Object, error) {
	binding, err := r2.NewBucket(binding.Bucket)
	if err != nil {
		return nil, err
	}
	found, err := binding.Get(key)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", key, err)
	}
	if found == nil {
		return nil, platform.ErrObjectNotFound
	}

	return &platform.Object{
		ContentType: found.HTTPMetadata.ContentType,
		Size:        int64(found.Size),
		Body:        io.NopCloser(found.Body),
	}, nil
}

// GetPart is not measured.
func (objects) GetPart(context.Context, string, int64, int64) (*platform.Object, error) {
	return nil, errors.ErrUnsupported
}

func (objects) Delete(_ context.Context, keys ...string) error {
	binding, err := r2.NewBucket(binding.Bucket)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := binding.Delete(key); err != nil {
			return err
		}
	}
	return nil
}
