package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/studio"
)

// maxReferenceBody is the longest body of a request with a picture, in bytes: the frontend sends a photo of ten megabytes
// twice, in base64.
const maxReferenceBody = 32 << 20

// imageFromText makes an image from a prompt.
func (a *App) imageFromText(w http.ResponseWriter, r bunrouter.Request) error {
	body, err := limitOrder(r.Request, maxBody)
	if err != nil {
		return err
	}
	order, err := studio.ParseTextOrder(body, a.studio.Provider.Model(studio.ImageFromText))
	if err != nil {
		return err
	}
	return a.generate(w, r, order, body.keyOf(order.Workflow))
}

// imageFromReference makes images from a prompt and pictures.
func (a *App) imageFromReference(w http.ResponseWriter, r bunrouter.Request) error {
	return a.generateFromPictures(w, r, studio.ImageFromReference, studio.ParseReferenceOrder)
}

// videoFromReference makes a video from a prompt and a picture. Its validation errors have the short form.
func (a *App) videoFromReference(w http.ResponseWriter, r bunrouter.Request) error {
	if a.studio.Provider.Model(studio.VideoFromReference).Video == nil {
		return shortInvalid(a.refuseVideo(r))
	}
	return shortInvalid(a.generateFromPictures(w, r, studio.VideoFromReference, studio.ParseVideoOrder))
}

// refuseVideo reads an order of a deployment without video.
func (a *App) refuseVideo(r bunrouter.Request) error {
	body, err := limitOrder(r.Request, maxBody)
	if err != nil {
		return err
	}
	body.takeForm(r.Request)
	_, err = studio.ParseVideoOrder(body, studio.Model{}, func() platform.Spool { return a.newSpool(r.Context()) })
	return err
}

// shortInvalid converts an InvalidRequest to the short form.
func shortInvalid(err error) error {
	var known *fault.Error
	if errors.As(err, &known) && known.Code == fault.InvalidRequest {
		return &plainError{status: http.StatusBadRequest, text: known.Message}
	}
	return err
}

// parser reads an order with pictures, which it writes to spools made by open.
type parser func(body io.Reader, model studio.Model, open func() platform.Spool) (*studio.Order, error)

// generateFromPictures carries out an order with pictures. A large one never enters the heap.
func (a *App) generateFromPictures(w http.ResponseWriter, r bunrouter.Request, workflow studio.Workflow, parse parser) error {
	body, err := limitOrder(r.Request, maxReferenceBody)
	if err != nil {
		return err
	}
	held, length := &infoOf(r.Context()).held, r.ContentLength
	if body.takeForm(r.Request) {
		length = 2 * length / 3 * 4 // it has a photo once, and not in base64
	}
	if err := held.admitPhoto(length); err != nil {
		return err
	}
	order, err := a.receivePictures(r.Context(), held, body, workflow, parse)
	if err != nil {
		return err
	}
	return errors.Join(a.generate(w, r, order, body.keyOf(order.Workflow)), order.Close())
}

// receivePictures reads an order as it arrives. While it does, it may have to make room for another.
func (a *App) receivePictures(ctx context.Context, held *hold, body io.Reader, workflow studio.Workflow, parse parser) (*studio.Order, error) {
	a.intake.uploads.begin(held)
	defer a.intake.uploads.end(held)
	return parse(body, a.studio.Provider.Model(workflow), func() platform.Spool { return a.newSpool(ctx) })
}

// generate carries out an order, or repeats the answer to an earlier one with the same key. Of what the request holds, it keeps
// counting only what the order needs.
func (a *App) generate(w http.ResponseWriter, r bunrouter.Request, order *studio.Order, key studio.Key) error {
	current := infoOf(r.Context())
	current.held.end()
	kept := sizeOf(r.Request) + keptPerByte*order.MemorySize()
	if order.Large() {
		kept += heldPerPhoto
	}
	current.held.shrinkTo(kept)

	a.noteOrigin(r)
	buyer := studio.Buyer{UserID: current.userID, SessionID: current.identity.Session.ID, RequestID: current.id, Key: key, Wait: waitOf(r.Request)}
	result, err := a.studio.Generate(r.Context(), buyer, order)
	if err != nil {
		return replay(w, err)
	}
	return a.sendResult(r.Context(), w, result)
}

type workflowBody struct {
	Workflow     studio.Workflow  `json:"workflow"`
	Status       string           `json:"status"`
	RequestID    string           `json:"requestId"`
	GenerationID string           `json:"generationId"`
	Provider     workflowProvider `json:"provider"`
	Output       workflowOutput   `json:"output"`
	Credits      balanceBody      `json:"credits"`
	Usage        *studio.Usage    `json:"usage,omitempty"`
	Warnings     []studio.Warning `json:"warnings,omitempty"`
}

type workflowProvider struct {
	Name      string `json:"name"`
	RequestID string `json:"requestId,omitempty"`
	Model     string `json:"model"`
}

type workflowOutput struct {
	Images         []workflowImage `json:"images"`
	ExpiresInHours int             `json:"expiresInHours"`
}

type workflowImage struct {
	URL string `json:"url"`
}

type balanceBody struct {
	ProductShoots int64 `json:"productShoots"`
	AdGraphics    int64 `json:"adGraphics"`
}

// sendResult answers an order that was carried out.
func (a *App) sendResult(ctx context.Context, w http.ResponseWriter, result studio.Result) error {
	answer, err := a.answer(ctx, infoOf(ctx).id, result, nil)
	if err != nil {
		return err
	}
	return sendAnswer(w, answer)
}

// resultAnswer encodes the result of an order. The images that the API serves have URLs of the origin.
func (a *App) resultAnswer(origin, requestID string, result studio.Result) (studio.Answer, error) {
	images := make([]workflowImage, len(result.Images))
	for i, url := range result.URLs() {
		if result.Images[i].Data != nil {
			url = origin + url
		}
		images[i].URL = url
	}

	header := http.Header{}
	setWarnings(header, result.Warnings)
	if a.studio.Provider.Model(result.Workflow).AsRecorded {
		result.Warnings = nil
	}
	body, err := js.Marshal(workflowBody{
		Workflow:     result.Workflow,
		Status:       "completed",
		RequestID:    requestID,
		GenerationID: result.GenerationID,
		Provider: workflowProvider{
			Name:      a.studio.Provider.Name(),
			RequestID: result.ProviderRequestID,
			Model:     result.Model,
		},
		Output:   workflowOutput{Images: images, ExpiresInHours: int(studio.ImageLife.Hours())},
		Credits:  balanceBody(result.Balance),
		Usage:    result.Usage,
		Warnings: result.Warnings,
	})
	return studio.Answer{Status: http.StatusOK, Header: single(header), Body: body}, err
}

// setWarnings lists the codes of the warnings in a header: the bodies that the contract recorded have no place for warnings.
func setWarnings(header http.Header, warnings []studio.Warning) {
	if len(warnings) == 0 {
		return
	}
	codes := make([]string, len(warnings))
	for i, warning := range warnings {
		codes[i] = string(warning.Code)
	}
	header["X-Addreams-Warnings"] = []string{strings.Join(codes, ", ")}
}
