package studio

import (
	"errors"
	"io"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/studio/payload"
)

// CheckVideoOrder reads the body of video-from-reference. Faults: InvalidRequest, PayloadTooLarge; and WorkflowUnavailable
// for every valid order, until there is video.
func CheckVideoOrder(body io.Reader) error {
	var prompt, reference optional[string]
	found, err := readVideo(payload.NewReader(body), &prompt, &reference)

	switch {
	case errors.Is(err, payload.ErrSyntax):
		return invalid("Invalid JSON payload")
	case errors.Is(err, payload.ErrTooLong):
		return errTooManyValues
	case err != nil:
		return err
	case found != nil || js.Trim(prompt.value) == "" || js.Trim(reference.value) == "":
		return invalid("prompt and referenceImageUrl are required")
	}
	return fault.New(fault.WorkflowUnavailable, "Video generation is not available yet.")
}

func readVideo(r *payload.Reader, prompt, reference *optional[string]) (*issue, error) {
	found, err := object(field{"prompt", readText(prompt)}, field{"referenceImageUrl", readText(reference)})(r)
	if err != nil {
		return nil, err
	}
	return found, r.End()
}
