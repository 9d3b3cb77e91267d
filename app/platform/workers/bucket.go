//go:build js && wasm

package workers

import (
	"context"
	"io"
	"unsafe"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

// Bucket returns the R2 bucket that is bound under the name, or nil if there is none.
func Bucket(name string) platform.Bucket {
	if hostBound(unsafe.StringData(name), int32(len(name))) == 0 {
		return nil
	}
	return bucket(name)
}

type bucket string

func (b bucket) Put(ctx context.Context, key string, body io.Reader, options platform.PutOptions) error {
	m, err := mailboxOf(ctx)
	if err != nil {
		return err
	}
	if options.MaxBytes > 0 && options.Size > options.MaxBytes {
		return platform.ErrObjectTooLarge
	}
	source, err := newSource(ctx, m, body, options.Size)
	if err != nil {
		return err
	}

	var payload wire.Encoder
	payload.Text(string(b))
	payload.Text(key)
	payload.Text(options.ContentType)
	payload.Number(float64(options.Size))
	payload.Number(float64(options.MaxBytes))
	source.encode(&payload)
	_, err = source.ask(ctx, m, kindObjectPut, payload.Data())
	return err
}

func (b bucket) Get(ctx context.Context, key string) (*platform.Object, error) {
	return b.get(ctx, key, 0, wholeObject)
}

func (b bucket) GetPart(ctx context.Context, key string, offset, length int64) (*platform.Object, error) {
	return b.get(ctx, key, offset, length)
}

// wholeObject is the length that stands for all of an object.
const wholeObject = -1

func (b bucket) get(ctx context.Context, key string, offset, length int64) (*platform.Object, error) {
	m, err := mailboxOf(ctx)
	if err != nil {
		return nil, err
	}
	var payload wire.Encoder
	payload.Text(string(b))
	payload.Text(key)
	payload.Number(float64(offset))
	payload.Number(float64(length))
	answer, _, err := m.ask(ctx, kindObjectGet, payload.Data(), nil)
	if err != nil {
		return nil, err
	}

	d := wire.NewDecoder(answer)
	object := &platform.Object{
		ContentType: d.Text(),
		Size:        int64(d.Number()),
	}
	if length == wholeObject {
		length = object.Size
	}
	object.Body = newBody(ctx, m, int32(d.Count()), length)
	return object, nil
}

// deleteAtOnce is the number of keys that R2 accepts in one call.
const deleteAtOnce = 1000

func (b bucket) Delete(ctx context.Context, keys ...string) error {
	m, err := mailboxOf(ctx)
	if err != nil {
		return err
	}

	for len(keys) > 0 {
		some := keys[:min(len(keys), deleteAtOnce)]
		keys = keys[len(some):]
		var payload wire.Encoder
		payload.Text(string(b))
		payload.Count(len(some))
		for _, key := range some {
			payload.Text(key)
		}
		if _, _, err := m.ask(ctx, kindObjectDelete, payload.Data(), nil); err != nil {
			return err
		}
	}
	return nil
}
