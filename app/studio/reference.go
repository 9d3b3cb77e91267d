package studio

import (
	"context"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/studio/picture"
)

// referenceRecord is what is stored about the reference picture, and the picture itself if it has to be stored.
type referenceRecord struct {
	url  string             // "" without a reference
	key  string             // of the object; "" for an external URL
	data *picture.Reference // to be stored under key; nil for none
}

// recordOf returns how the row refers to the picture. The bytes of a data URL belong in the bucket. Without a bucket, a
// short data URL stays in the row; a long one would not fit, and is left out.
func (s *Service) recordOf(charge Charge, reference *picture.Reference) referenceRecord {
	switch {
	case reference == nil:
		return referenceRecord{}
	case reference.Embedded() && s.Bucket != nil:
		return referenceRecord{
			url:  ReferencePath(charge.GenerationID),
			key:  charge.objectKey("reference." + reference.Extension()),
			data: reference,
		}
	}
	return referenceRecord{url: reference.Text()}
}

// storeReference stores the picture, if there is one, while the provider works. The channel closes when that is done. A
// generation continues without its picture: only the history lacks it.
func (s *Service) storeReference(ctx context.Context, reference referenceRecord) <-chan struct{} {
	done := make(chan struct{})
	if reference.data == nil {
		close(done)
		return done
	}

	reference.data.Hold()
	go func() {
		defer close(done)
		defer reference.data.Release()
		err := s.putReference(ctx, reference)
		if err != nil && ctx.Err() == nil {
			err = s.putReference(ctx, reference)
		}
		if err != nil {
			s.Log(ctx).Warn().Err(err).Str("key", reference.key).Msg("reference image was not stored")
		}
	}()
	return done
}

func (s *Service) putReference(ctx context.Context, reference referenceRecord) error {
	return s.Bucket.Put(ctx, reference.key, reference.data.Open(), platform.PutOptions{
		ContentType: reference.data.ContentType(),
		Size:        reference.data.Size(),
	})
}
