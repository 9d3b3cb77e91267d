package api

import (
	"errors"
	"net/http"

	"github.com/uptrace/bunrouter"

	"github.com/addreams/addreams/app/api/httpio"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/provider/qwen"
	"github.com/addreams/addreams/app/studio"
)

// maxReferenceBody is the longest body, in bytes, of a request that carries a picture: the frontend sends a photo of ten
// megabytes twice, in base64.
const maxReferenceBody = 32 << 20

// imageFromText makes an image from words.
func (a *App) imageFromText(w http.ResponseWriter, r bunrouter.Request) error {
	body, err := limitBody(r.Request, maxBody)
	if err != nil {
		return err
	}
	order, err := studio.ParseTextOrder(body)
	if err != nil {
		return err
	}
	return a.generate(w, r, order)
}

// imageFromReference makes images from words and a picture. A large one never enters the heap.
func (a *App) imageFromReference(w http.ResponseWriter, r bunrouter.Request) error {
	body, err := limitBody(r.Request, maxReferenceBody)
	if err != nil {
		return err
	}
	if err := scopeOf(r.Context()).held.admitPhoto(r.ContentLength); err != nil {
		return err
	}
	order, err := studio.ParseReferenceOrder(body, func() platform.Spool { return a.newSpool(r.Context()) })
	if err != nil {
		return err
	}
	return errors.Join(a.generate(w, r, order), order.Close())
}

// generate carries an order out.
func (a *App) generate(w http.ResponseWriter, r bunrouter.Request, order *studio.Order) error {
	settings, err := qwen.Read(a.platform.Env)
	if err != nil {
		return err
	}
	dailyMost, err := dailyMost(a.platform.Env)
	if err != nil {
		return err
	}
	current := scopeOf(r.Context())
	current.held.end()
	kept := sizeOf(r.Request) + keptPerByte*order.Size()
	if order.Large() {
		kept += heldPerPhoto
	}
	current.held.shrink(kept)
	finished, err := a.studio.Generate(r.Context(), studio.Purchase{
		UserID:    current.userID,
		SessionID: current.identity.Session.ID,
		RequestID: current.id,
		Order:     order,
		Provider:  qwen.New(a.platform.HTTP, settings, a.studio.ImageHosts),
		Timeout:   settings.Timeout,
		DailyMost: dailyMost,
	})
	if err != nil {
		return err
	}
	return httpio.WriteJSON(w, http.StatusOK, workflowBodyOf(current.id, finished))
}

// videoFromReference is promised, and checks its input. Its errors of validation have the short form.
func (a *App) videoFromReference(_ http.ResponseWriter, r bunrouter.Request) error {
	body, err := limitBody(r.Request, maxBody)
	if err != nil {
		return err
	}
	err = studio.CheckVideoOrder(body)
	var known *fault.Error
	if errors.As(err, &known) && known.Code == fault.InvalidRequest {
		return &plainError{status: http.StatusBadRequest, text: known.Message}
	}
	return err
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

func workflowBodyOf(requestID string, finished studio.Finished) workflowBody {
	images := make([]workflowImage, len(finished.Made.Images))
	for i, url := range finished.Made.Images {
		images[i].URL = url
	}
	return workflowBody{
		Workflow:     finished.Workflow,
		Status:       "completed",
		RequestID:    requestID,
		GenerationID: finished.GenerationID,
		Provider:     workflowProvider{Name: "qwen", RequestID: finished.Made.RequestID, Model: finished.Made.Model},
		Output:       workflowOutput{Images: images, ExpiresInHours: int(studio.ImageLife.Hours())},
		Credits:      balanceBody(finished.Balance),
		Usage:        finished.Made.Usage,
	}
}
