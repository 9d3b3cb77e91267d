package native

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"github.com/google/uuid"

	"github.com/addreams/addreams/app/platform"
)

// receive writes the body to a new file and returns its name.
func (b *Bucket) receive(ctx context.Context, body io.Reader, options platform.PutOptions) (string, error) {
	name := path.Join(parts, uuid.NewString())
	file, err := b.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, ownFile)
	if err != nil {
		return "", fmt.Errorf("put object: %w", err)
	}
	if options.MaxBytes > 0 {
		body = io.LimitReader(body, options.MaxBytes+1)
	}

	size, err := io.Copy(file, interruptible{ctx, body})
	err = errors.Join(err, file.Close())
	switch {
	case err != nil:
		err = fmt.Errorf("put object: %w", err)
	case options.MaxBytes > 0 && size > options.MaxBytes:
		err = platform.ErrObjectTooLarge
	case options.Size >= 0 && size != options.Size:
		err = fmt.Errorf("put object: the body has %d bytes, %d were announced", size, options.Size)
	}

	if err != nil {
		return "", errors.Join(err, b.root.Remove(name))
	}
	return name, nil
}

// write replaces a small file.
func (b *Bucket) write(name string, text []byte) error {
	part := path.Join(parts, uuid.NewString())
	if err := b.root.WriteFile(part, text, ownFile); err != nil {
		return err
	}
	return b.move(part, name)
}

// move gives a finished file its name.
func (b *Bucket) move(part, name string) error {
	if err := b.root.MkdirAll(path.Dir(name), ownDir); err != nil {
		return err
	}
	return b.root.Rename(part, name)
}

// interruptible is a reader that fails once the context has ended.
type interruptible struct {
	ctx    context.Context
	source io.Reader
}

func (r interruptible) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.source.Read(p)
}
