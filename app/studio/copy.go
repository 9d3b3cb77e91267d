package studio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/studio/picture"
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
	response, err := s.fetchImage(ctx, image.SourceURL)
	if err != nil {
		return image, err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return image, fmt.Errorf("the image host answered %d", response.StatusCode)
	}
	body := platform.Peek(response.Body)
	head, err := body.Peek(picture.SniffLength)
	if err != nil && !errors.Is(err, io.EOF) {
		return image, err
	}
	sniffed := picture.Sniff(head)
	if sniffed == "" {
		return image, errors.New("what the image host sent is not an image")
	}

	image.ContentType = sniffed
	key := charge.objectKey(objectName(image.Position) + picture.Extension(sniffed))
	err = s.Bucket.Put(ctx, key, body, platform.PutOptions{ContentType: image.ContentType, Size: response.ContentLength, MaxBytes: maxImage})
	if err != nil {
		return image, err
	}
	image.Key = key
	return image, nil
}

// fetchImage asks the provider's host for an image: where the deployment allows it, and nowhere else.
func (s *Service) fetchImage(ctx context.Context, address string) (*http.Response, error) {
	if err := s.ImageHosts.Check(address); err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, withoutURL(err)
	}

	response, err := s.HTTP.Do(s.ImageHosts.confine(request))
	if err != nil {
		return nil, withoutURL(err)
	}
	return response, nil
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
