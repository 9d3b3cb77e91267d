// Package qwen is the client of DashScope, the provider of images. It owns that API's wire format, its failures and its
// configuration; it implements studio.Provider and knows nothing of credits or generations.
// The API: https://www.alibabacloud.com/help/en/model-studio/qwen-image-api.
package qwen

import (
	"strings"
	"time"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
)

// Settings is what the deployment says of the provider.
type Settings struct {
	Key        string
	Endpoint   string
	ImageModel string // of image-from-text
	EditModel  string // of image-from-reference
	Timeout    time.Duration
}

// The hosts by region.
const (
	singapore = "https://dashscope-intl.aliyuncs.com"
	beijing   = "https://dashscope.aliyuncs.com"
)

const generationPath = "/api/v1/services/aigc/multimodal-generation/generation"

// DefaultTimeout is how long a request may take when the deployment does not say.
const DefaultTimeout = 45 * time.Second

// Read reads the settings from the bindings. Fault: BackendMisconfig, for the first that is wrong of key, region, timeout.
func Read(env func(name string) string) (Settings, error) {
	settings := Settings{
		Key:        js.Trim(env(binding.QwenKey)),
		ImageModel: orDefault(env(binding.QwenImageModel), "qwen-image-max"),
		EditModel:  orDefault(env(binding.QwenImageEditModel), "qwen-image-edit-max"),
	}
	if settings.Key == "" {
		return Settings{}, misconfigured("QWEN_API_KEY is not configured.")
	}
	switch strings.ToLower(orDefault(env(binding.QwenRegion), "sg")) {
	case "sg":
		settings.Endpoint = singapore + generationPath
	case "bj":
		settings.Endpoint = beijing + generationPath
	default:
		return Settings{}, misconfigured("QWEN_REGION must be either 'sg' or 'bj'.")
	}
	var err error
	settings.Timeout, err = Timeout(env)
	return settings, err
}

// Timeout reads only how long a request may take. Fault: BackendMisconfig.
func Timeout(env func(name string) string) (time.Duration, error) {
	text := env(binding.QwenTimeout)
	if text == "" {
		return DefaultTimeout, nil
	}
	milliseconds, ok := js.ParseInt(text)
	if !ok || milliseconds <= 0 {
		return 0, misconfigured("QWEN_TIMEOUT_MS must be a positive integer.")
	}
	return min(time.Duration(milliseconds)*time.Millisecond, longest), nil
}

// longest is a day: no wait is longer, and no larger number fits a timer.
const longest = 24 * time.Hour

func orDefault(text, fallback string) string {
	if text = js.Trim(text); text == "" {
		return fallback
	}
	return text
}

func misconfigured(message string) error { return fault.New(fault.BackendMisconfig, message) }
