//go:build js && wasm

package workers

import (
	"context"
	"io"
	"time"
	"unsafe"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/workers/internal/wire"
)

// Bucket is the R2 bucket bound under the name, or nil if there is none.
func Bucket(name string) platform.Bucket {
	if hostBound(unsafe.StringData(name), int32(len(name))) == 0 {
		return nil
	}
	return objects(name)
}

type objects string

func (o objects) Put(ctx context.Context, key string, body io.Reader, options platform.PutOptions) error {
	m, err := mailboxOf(ctx)
	if err != nil {
		return err
	}
	if options.MaxBytes > 0 && options.Size > options.MaxBytes {
		return platform.ErrObjectTooLarge
	}
	from, err := newSource(ctx, m, body, options.Size)
	if err != nil {
		return err
	}
	var payload wire.Encoder
	payload.Text(string(o))
	payload.Text(key)
	payload.Text(options.ContentType)
	payload.Number(float64(options.Size))
	payload.Number(float64(options.MaxBytes))
	from.encode(&payload)
	_, err = from.carry(ctx, m, kindObjectPut, payload.Data())
	return err
}

func (o objects) Get(ctx context.Context, key string) (*platform.Object, error) {
	m, err := mailboxOf(ctx)
	if err != nil {
		return nil, err
	}
	var payload wire.Encoder
	payload.Text(string(o))
	payload.Text(key)
	answer, _, err := m.ask(ctx, kindObjectGet, payload.Data(), nil)
	if err != nil {
		return nil, err
	}
	d := wire.NewDecoder(answer)
	object := &platform.Object{
		ContentType: d.Text(),
		ETag:        d.Text(),
		Size:        int64(d.Number()),
		Uploaded:    time.UnixMilli(int64(d.Number())).UTC(),
	}
	object.Body = newBody(m, ctx, int32(d.Count()), object.Size)
	return object, nil
}

// deleteAtOnce is how many keys R2 takes in one call.
const deleteAtOnce = 1000

func (o objects) Delete(ctx context.Context, keys ...string) error {
	m, err := mailboxOf(ctx)
	if err != nil {
		return err
	}
	for len(keys) > 0 {
		some := keys[:min(len(keys), deleteAtOnce)]
		keys = keys[len(some):]
		var payload wire.Encoder
		payload.Text(string(o))
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
