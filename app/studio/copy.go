package studio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/addreams/addreams/app/bucket"
)

const (
	copiesAtOnce = 4                      // a Worker has six connections
	copyAttempts = 3                      // within the request; later ones are the schedule's
	copyPause    = 100 * time.Millisecond // before the second attempt, then doubled
	maxImage     = 32 << 20               // bytes
)

// copyAll copies the provider's images to the bucket, several at once, until ctx ends. What was not copied has no key.
func (s *Service) copyAll(ctx context.Context, charge Charge, images []string) []Copy {
	if s.Bucket == nil {
		return nil
	}
	copies := make([]Copy, len(images))
	places := make(chan struct{}, copiesAtOnce)
	var running sync.WaitGroup
	for i, image := range images {
		places <- struct{}{}
		running.Go(func() {
			defer func() { <-places }()
			copies[i] = s.copyImage(ctx, charge, Copy{Position: i, SourceURL: image})
		})
	}
	running.Wait()
	return copies
}

// copyImage copies one image, and tries again while there is time.
func (s *Service) copyImage(ctx context.Context, charge Charge, image Copy) Copy {
	pause := copyPause
	for {
		made, err := s.copyOnce(ctx, charge, image)
		image.Attempts++
		if err == nil {
			made.Attempts = image.Attempts
			return made
		}
		if image.Attempts == copyAttempts || !sleep(ctx, pause) {
			s.Log(ctx).Warn().Err(err).Str("generation", charge.GenerationID).Int("image", image.Position).
				Msg("image was not copied yet")
			return image
		}
		pause *= 2
	}
}

// sleep waits, and tells whether ctx still runs.
func sleep(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// copyOnce streams one image from the provider to the bucket. Only its first bytes are looked at.
func (s *Service) copyOnce(ctx context.Context, charge Charge, image Copy) (Copy, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, image.SourceURL, nil)
	if err != nil {
		return image, withoutURL(err)
	}
	response, err := s.HTTP.Do(request)
	if err != nil {
		return image, withoutURL(err)
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return image, fmt.Errorf("the image host answered %d", response.StatusCode)
	}
	body := bucket.Peek(response.Body)
	head, err := body.Peek(sniffLength)
	if err != nil && !errors.Is(err, io.EOF) {
		return image, err
	}
	sniffed := sniff(head)
	if sniffed == "" {
		return image, errors.New("what the image host sent is not an image")
	}
	declared := mediaType(response.Header.Get("Content-Type"))
	image.ContentType = storedType(declared, sniffed)
	key := charge.objectKey(objectName(image.Position) + outputExtension(declared, image.SourceURL))
	err = s.Bucket.Put(ctx, key, body, bucket.Put{ContentType: image.ContentType, Size: response.ContentLength, MaxBytes: maxImage})
	if err != nil {
		return image, err
	}
	image.Key = key
	return image, nil
}

// withoutURL keeps the image's address out of the log: whoever has it has the image.
func withoutURL(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// objectName is the name of an image's object, without its extension; the first keeps the one it always had.
func objectName(position int) string {
	if position == 0 {
		return "output."
	}
	return "output-" + strconv.Itoa(position) + "."
}

// mediaType is a content type without its parameters, lower case; PNG where none is declared.
func mediaType(contentType string) string {
	declared, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		declared, _, _ = strings.Cut(strings.ToLower(contentType), ";")
	}
	if declared = strings.TrimSpace(declared); declared == "" {
		return "image/png"
	}
	return declared
}

// storedType is the declared type if it is one of a picture, which runs nothing, else the one that the bytes show.
func storedType(declared, sniffed string) string {
	if extensionOf(declared) == "" {
		return sniffed
	}
	return declared
}

// outputExtension is that of the declared type; of another than a picture's, that of the URL's path if it looks like one.
func outputExtension(declared, source string) string {
	if known := extensionOf(declared); known != "" {
		return known
	}
	address, err := url.Parse(source)
	if err != nil {
		return "png"
	}
	extension := strings.ToLower(strings.TrimPrefix(path.Ext(address.Path), "."))
	if extension == "" || len(extension) > 5 || strings.Trim(extension, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return "png"
	}
	return extension
}
