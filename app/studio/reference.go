package studio

import (
	"context"
	"strconv"
	"sync"

	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/studio/picture"
)

// referenceRecord is what is stored about a reference picture, and the picture itself if it has to be stored.
type referenceRecord struct {
	url  string
	key  string             // of the object; "" for an external URL
	data *picture.Reference // to be stored under key; nil for none
}

// recordsOf returns how the row refers to the pictures.
func (s *Service) recordsOf(charge Charge, references []*picture.Reference) []referenceRecord {
	records := make([]referenceRecord, len(references))
	for i, reference := range references {
		records[i] = s.recordOf(charge, i, reference)
	}
	return records
}

// recordOf returns how the row refers to one picture. The bytes of a data URL belong in the bucket. Without a bucket, a
// short data URL stays in the row; a long one would not fit, and is left out.
func (s *Service) recordOf(charge Charge, position int, reference *picture.Reference) referenceRecord {
	if !reference.Embedded() || s.Bucket == nil {
		return referenceRecord{url: reference.Text()}
	}
	return referenceRecord{
		url:  ReferencePath(charge.GenerationID, position),
		key:  charge.objectKey(referenceName(position) + reference.Extension()),
		data: reference,
	}
}

// referenceName is the name of a reference's object, up to its extension.
func referenceName(position int) string {
	if position == 0 {
		return "reference."
	}
	return "reference-" + strconv.Itoa(position) + "."
}

// keysOfRecords returns the keys of the pictures that are stored.
func keysOfRecords(references []referenceRecord) []string {
	var keys []string
	for _, reference := range references {
		if reference.key != "" {
			keys = append(keys, reference.key)
		}
	}
	return keys
}

// storeReferences stores the pictures while the provider works. The channel closes when that is done. A generation continues
// without its pictures: only the history lacks them.
func (s *Service) storeReferences(ctx context.Context, references []referenceRecord) <-chan struct{} {
	done := make(chan struct{})
	var running sync.WaitGroup
	for _, reference := range references {
		if reference.data != nil {
			reference.data.Hold()
			running.Go(func() { s.storeReference(ctx, reference) })
		}
	}

	go func() {
		running.Wait()
		close(done)
	}()
	return done
}

func (s *Service) storeReference(ctx context.Context, reference referenceRecord) {
	defer reference.data.Release()
	err := s.putReference(ctx, reference)
	if err != nil && ctx.Err() == nil {
		err = s.putReference(ctx, reference)
	}
	if err != nil {
		s.Log(ctx).Warn().Err(err).Str("key", reference.key).Msg("reference image was not stored")
	}
}

func (s *Service) putReference(ctx context.Context, reference referenceRecord) error {
	return s.Bucket.Put(ctx, reference.key, reference.data.Open(), platform.PutOptions{
		ContentType: reference.data.ContentType(),
		Size:        reference.data.Size(),
	})
}
