package studio

import (
	"context"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/studio/picture"
)

// keptReference is what a row says of the picture that an order starts from, and the picture if it has to be stored.
type keptReference struct {
	url  string             // "" if it is not kept
	key  string             // of the object; "" for a URL of somebody else
	data *picture.Reference // to be stored under key
}

// referenceOf settles how the row names the picture. A data URL's bytes belong in the bucket. Without one, a short data
// URL stays in the row, and a long one would not fit.
func (s *Service) referenceOf(charge Charge, reference *picture.Reference) keptReference {
	switch {
	case reference == nil:
		return keptReference{}
	case reference.Embedded() && s.Bucket != nil:
		return keptReference{
			url:  ReferencePath(charge.GenerationID),
			key:  charge.objectKey("reference." + reference.Extension()),
			data: reference,
		}
	}
	return keptReference{url: reference.Text()}
}

// keep stores the picture, if there is one, beside the work of the provider. The channel closes when that is done.
func (s *Service) keep(ctx context.Context, reference keptReference) <-chan struct{} {
	done := make(chan struct{})
	if reference.data == nil {
		close(done)
		return done
	}
	reference.data.Hold()
	go func() {
		defer close(done)
		defer reference.data.Release()
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
	return s.Bucket.Put(ctx, reference.key, reference.data.Open(), platform.PutOptions{
		ContentType: reference.data.ContentType(),
		Size:        reference.data.Size(),
	})
}
