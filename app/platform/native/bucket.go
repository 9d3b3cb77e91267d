package native

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/addreams/addreams/app/platform"
)

// Bucket keeps objects in a directory. A key is a file below objects/; its content type is a file of the same name below
// types/. Files are written under parts/ and then renamed, so they appear whole or not at all. A bucket is safe for
// concurrent use; the last Put of a key wins.
type Bucket struct{ root *os.Root }

var _ platform.Bucket = (*Bucket)(nil)

// OpenBucket opens the bucket in the directory, and creates the directory if it does not exist.
func OpenBucket(directory string) (*Bucket, error) {
	if err := os.MkdirAll(directory, ownDir); err != nil {
		return nil, fmt.Errorf("open bucket: %w", err)
	}
	root, err := os.OpenRoot(directory)
	if err != nil {
		return nil, fmt.Errorf("open bucket: %w", err)
	}

	for _, name := range [...]string{objects, types, parts} {
		if err := root.MkdirAll(name, ownDir); err != nil {
			return nil, errors.Join(fmt.Errorf("open bucket: %w", err), root.Close())
		}
	}

	return &Bucket{root: root}, nil
}

// Close closes the directory. The objects remain.
func (b *Bucket) Close() error { return b.root.Close() }

// Only the user that runs the process can read what is stored.
const (
	ownDir  = 0o700
	ownFile = 0o600
)

const (
	objects = "objects"
	types   = "types"
	parts   = "parts" // files that are being written
)

// ErrKey is returned for a key that is not a slash-separated relative path.
var ErrKey = errors.New("bucket: unusable key")

func check(key string) error {
	if !fs.ValidPath(key) || key == "." || !filepath.IsLocal(filepath.FromSlash(key)) {
		return fmt.Errorf("%w: %q", ErrKey, key)
	}
	return nil
}

// Put stores an object. Its type is written first, so that an object is never without one.
func (b *Bucket) Put(ctx context.Context, key string, body io.Reader, options platform.PutOptions) error {
	if err := check(key); err != nil {
		return err
	}
	part, err := b.receive(ctx, body, options)
	if err != nil {
		return err
	}

	err = b.write(path.Join(types, key), []byte(options.ContentType))
	if err == nil {
		err = b.move(part, path.Join(objects, key))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("put object: %w", err), b.root.Remove(part))
	}
	return nil
}

// Get opens an object.
func (b *Bucket) Get(_ context.Context, key string) (*platform.Object, error) {
	if err := check(key); err != nil {
		return nil, err
	}
	file, err := b.root.Open(path.Join(objects, key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, platform.ErrObjectNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("get object: %w", err)
	}
	object, err := b.describe(key, file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}

	return object, nil
}

// GetPart opens a part of an object.
func (b *Bucket) GetPart(ctx context.Context, key string, offset, length int64) (*platform.Object, error) {
	object, err := b.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	file := object.Body.(*os.File)
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return nil, errors.Join(fmt.Errorf("get part of object: %w", err), file.Close())
	}
	object.Body = section{io.LimitReader(file, length), file}
	return object, nil
}

// section is a part of a file.
type section struct {
	io.Reader
	io.Closer
}

func (b *Bucket) describe(key string, file *os.File) (*platform.Object, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("get object: %w", err)
	}
	if info.IsDir() {
		return nil, platform.ErrObjectNotFound
	}
	contentType, err := b.root.ReadFile(path.Join(types, key))
	if err != nil {
		return nil, fmt.Errorf("get object: %w", err)
	}

	return &platform.Object{
		ContentType: string(contentType),
		Size:        info.Size(),
		Body:        file,
	}, nil
}

// Delete removes objects.
func (b *Bucket) Delete(_ context.Context, keys ...string) error {
	var errs []error
	for _, key := range keys {
		if err := check(key); err != nil {
			errs = append(errs, err)
			continue
		}
		for _, name := range [...]string{path.Join(objects, key), path.Join(types, key)} {
			if err := b.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, fmt.Errorf("delete object: %w", err))
			}
		}
	}

	return errors.Join(errs...)
}
