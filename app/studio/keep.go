package studio

import (
	"context"

	"github.com/addreams/addreams/app/platform"
)

// keptReference is what a row says of the picture that an order starts from, and the picture if it has to be stored.
type keptReference struct {
	url  string     // "" if it is not kept
	key  string     // of the object; "" for a URL of somebody else
	data *Reference // to be stored under key
}

// referenceOf settles how the row names the picture. A data URL's bytes belong in the bucket. Without one, a short data
// URL stays in the row, and a long one would not fit.
func (s *Service) referenceOf(charge Charge, reference *Reference) keptReference {
	switch {
	case reference == nil:
		return keptReference{}
	case reference.data != nil && s.Bucket != nil:
		return keptReference{
			url:  ReferencePath(charge.GenerationID),
			key:  charge.objectKey("reference." + reference.extension()),
			data: reference,
		}
	}
	return keptReference{url: reference.text}
}

// keep stores the picture, if there is one, beside the work of the provider. The channel closes when that is done.
func (s *Service) keep(ctx context.Context, reference keptReference) <-chan struct{} {
	done := make(chan struct{})
	if reference.data == nil {
		close(done)
		return done
	}
	reference.data.use()
	go func() {
		defer close(done)
		defer reference.data.done()
		err := s.store(ctx, reference)
		if err != nil && ctx.Err() == nil {
			err = s.store(ctx, reference)
		}
		if err != nil { // the generation goes on without: only the history misses the picture
			s.Log(ctx).Warn().Err(err).Str("key", reference.key).Msg("reference image was not stored")
		}
	}()
	return done
}

func (s *Service) store(ctx context.Context, reference keptReference) error {
	contentType := reference.data.mediaType
	if contentType == "" {
		contentType = "application/octet-stream" // a browser may download it, and never run it
	}
	return s.Bucket.Put(ctx, reference.key, reference.data.open(), platform.PutOptions{ContentType: contentType, Size: reference.data.data.size()})
}
