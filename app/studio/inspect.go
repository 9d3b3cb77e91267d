package studio

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/addreams/addreams/app/studio/picture"
)

// fetchTime is how long all of an order's references may take to be fetched.
const fetchTime = 20 * time.Second

// inspectReferences looks at the reference pictures before the order costs anything: each must be a picture that the model
// takes. One that was sent as a URL is fetched, and replaced by what was there: the provider gets what was looked at, and need
// not reach the URL. Nothing is fetched for somebody who cannot pay. Errors: InvalidRequest, PayloadTooLarge, Busy, OutOfCredits
// (as *OutOfCredits).
func (s *Service) inspectReferences(ctx context.Context, userID string, order *Order) error {
	if order.model.AsRecorded || len(order.References) == 0 {
		return nil
	}
	if order.fetches() {
		if err := s.Store.CheckBalance(ctx, userID, order.Cost()); err != nil {
			return err
		}
	}

	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	for i, reference := range order.References {
		if !reference.Embedded() {
			fetched, err := s.fetchReference(ctx, order.pictures, reference.Text())
			if err != nil {
				return err
			}
			order.References[i] = fetched
		}
		if err := order.inspect(i); err != nil {
			return err
		}
	}
	return nil
}

// publicHosts are where references are fetched from: any public host.
var publicHosts ImageHosts

// fetchReference fetches a picture by its URL, with the guards of the provider's images.
func (s *Service) fetchReference(ctx context.Context, pictures *picture.Reader, address string) (*picture.Reference, error) {
	if publicHosts.Check(address) != nil {
		return nil, invalid("The reference image must have a URL of the form https://host/path, of a public host. Send it as a data URL instead.")
	}
	response, err := s.fetch(ctx, publicHosts, address)
	if err != nil {
		s.Log(ctx).Warn().Err(err).Msg("a reference image was not fetched")
		return nil, invalid("The reference image could not be fetched from its URL. Send it as a data URL instead.")
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return nil, invalid(fmt.Sprintf("The host of the reference image answered %d. Redirects are not followed.", response.StatusCode))
	}

	fetched, err := pictures.Embed(address, response.Body)
	if errors.Is(err, picture.ErrInterrupted) {
		s.Log(ctx).Warn().Err(err).Msg("a reference image was not fetched")
		return nil, invalid("The reference image could not be read from its URL. Send it as a data URL instead.")
	}
	return fetched, err
}

// inspect checks one picture, and notes what the provider advises against.
func (o *Order) inspect(position int) error {
	width, height, ok := o.References[position].Dimensions()
	if !ok {
		return invalid("The reference image is not a picture, or it is damaged. Use a JPEG, PNG, BMP, TIFF, WEBP or GIF.")
	}

	sides := o.model.Sides
	if wrong := sides.refuse(width, height); wrong != "" {
		return invalid(fmt.Sprintf("The reference image has %d×%d pixels: %s.", width, height, wrong))
	}
	if sides.advise(width, height) {
		o.warn(ReferenceUnfit, fmt.Sprintf("Reference image %d has %d×%d pixels. Images are better if its sides are between %d and %d.",
			position+1, width, height, sides.AdvisedMin, sides.AdvisedMax))
	}
	return nil
}
