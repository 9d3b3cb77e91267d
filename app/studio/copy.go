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
	copyAttempts = 3                      // within the request; the schedule makes later ones
	copyPause    = 100 * time.Millisecond // before the second attempt, then doubled
	maxImage     = 32 << 20               // bytes
	maxVideo     = 512 << 20              // bytes
)

// copyAll copies the provider's images to the bucket, several at once, until ctx ends. A Copy that failed has no key.
func (s *Service) copyAll(ctx context.Context, charge Charge, images []Image) []Copy {
	if s.Bucket == nil {
		return nil
	}

	copies := make([]Copy, len(images))
	slots := make(chan struct{}, copiesAtOnce)
	var running sync.WaitGroup
	for i, image := range images {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			copies[i] = s.copyImage(ctx, charge, Copy{Position: i, SourceURL: image.URL, data: image.Data})
		})
	}

	running.Wait()
	return copies
}

// copyImage copies one image, and retries while there is time.
func (s *Service) copyImage(ctx context.Context, charge Charge, image Copy) Copy {
	pause := copyPause
	for {
		made, err := s.copyOnce(ctx, charge, image)
		image.Attempts++
		if err == nil {
			made.Attempts = image.Attempts
			return made
		}

		if image.Attempts == copyAttempts || s.pause(ctx, pause) != nil {
			s.Log(ctx).Warn().Err(err).Str("generation", charge.GenerationID).Int("image", image.Position).
				Msg("image was not copied yet")
			return image
		}
		pause *= 2
	}
}

// copyContext limits the time of a copy. A video takes longer than what waits for an image allows.
func copyContext(ctx context.Context, workflow Workflow, limit time.Duration) (context.Context, context.CancelFunc) {
	if workflow == VideoFromReference {
		ctx = context.WithoutCancel(ctx)
	}
	return context.WithTimeout(ctx, limit)
}

// copyOnce streams one image from the provider to the bucket. It inspects only the first bytes.
func (s *Service) copyOnce(ctx context.Context, charge Charge, image Copy) (Copy, error) {
	if image.data != nil {
		return s.store(ctx, charge, image, image.data.Open(), image.data.ContentType(), image.data.Size(), maxImage)
	}
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
	sniff, most := picture.Sniff, int64(maxImage)
	if charge.Workflow == VideoFromReference {
		sniff, most = picture.SniffVideo, maxVideo
	}
	sniffed := sniff(head)
	if sniffed == "" {
		return image, errors.New("the image host sent something that is not an image, or not a video where that was made")
	}

	return s.store(ctx, charge, image, body, sniffed, response.ContentLength, most)
}

func (s *Service) store(ctx context.Context, charge Charge, image Copy, body io.Reader, mediaType string, size, most int64) (Copy, error) {
	image.ContentType = mediaType
	key := charge.objectKey(objectName(image.Position) + picture.Extension(mediaType))
	err := s.Bucket.Put(ctx, key, body, platform.PutOptions{ContentType: mediaType, Size: size, MaxBytes: most})
	if err != nil {
		return image, err
	}
	image.Key = key
	return image, nil
}

// fetchImage requests an image from a host that the deployment allows.
func (s *Service) fetchImage(ctx context.Context, address string) (*http.Response, error) {
	return s.fetch(ctx, s.Provider.ImageHosts(), address)
}

// fetch requests a picture, at an address that somebody else gave us, from one of the hosts.
func (s *Service) fetch(ctx context.Context, hosts ImageHosts, address string) (*http.Response, error) {
	if err := hosts.Check(address); err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, withoutURL(err)
	}

	response, err := s.HTTP.Do(hosts.confine(request))
	if err != nil {
		return nil, withoutURL(err)
	}
	return response, nil
}

// withoutURL removes the image's address from an error, to keep it out of the log: anyone who knows it can read the image.
func withoutURL(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// objectName is the name of an image's object, up to its extension. The first image keeps the name that it had before there
// could be several.
func objectName(position int) string {
	if position == 0 {
		return "output."
	}
	return "output-" + strconv.Itoa(position) + "."
}
