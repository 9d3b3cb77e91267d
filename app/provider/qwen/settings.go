package qwen

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/studio"
)

// settings are the provider's part of the deployment's configuration.
type settings struct {
	key        string
	base       string           // https://host, and a path for some gateways
	imageModel string           // of image-from-text
	editModel  string           // of image-from-reference
	videoModel string           // of video-from-reference; "" for none
	prices     map[string]int64 // in credits, by model or model:resolution; where none, the table's
	timeout    time.Duration
	hosts      studio.ImageHosts
}

// readSettings reads the bindings. The timeout and the hosts are valid even if there is an error. Fault: BackendMisconfig,
// for the first of key, host, timeout and prices that is wrong.
func readSettings(env func(name string) string) (settings, error) {
	base, wrongHost := baseOf(orDefault(env(binding.QwenRegion), "sg"), js.Trim(env(binding.QwenWorkspace)), js.Trim(env(binding.QwenBaseURL)))
	read := settings{
		key:        js.Trim(env(binding.QwenKey)),
		base:       base,
		imageModel: orDefault(env(binding.QwenImageModel), defaultImageModel),
		editModel:  orDefault(env(binding.QwenImageEditModel), defaultEditModel),
		videoModel: js.Trim(env(binding.QwenVideoModel)),
		hosts:      studio.ParseImageHosts(env(binding.QwenImageHosts)),
	}
	var wrongTimeout error
	read.timeout, wrongTimeout = timeoutOf(env(binding.QwenTimeout), read.imageModel, read.editModel)

	var wrongPrices error
	if read.prices, wrongPrices = binding.ParsePrices(env(binding.CreditPrices)); wrongPrices != nil {
		wrongPrices = misconfigured("CREDIT_PRICES " + wrongPrices.Error() + ".")
	}

	if read.key == "" {
		return read, misconfigured("QWEN_API_KEY is not configured.")
	}
	return read, cmp.Or(wrongHost, wrongTimeout, wrongPrices)
}

// baseOf returns the address of the API: the one that is set, or else the region's. An unknown region has the message that the
// contract recorded, when there were two.
func baseOf(region, workspace, address string) (string, error) {
	if address != "" {
		base, _, err := binding.ParseQwenBase(address)
		if err != nil {
			return "", misconfigured("QWEN_BASE_URL must be of the form https://host.")
		}
		return base, nil
	}
	if workspace != "" && !binding.IsWorkspace(workspace) {
		return "", misconfigured("QWEN_WORKSPACE_ID must be the ID of a workspace.")
	}

	region = strings.ToLower(region)
	host, err := binding.QwenHost(region, workspace)
	switch {
	case errors.Is(err, binding.ErrNoWorkspace):
		return "", misconfigured("QWEN_WORKSPACE_ID is required for QWEN_REGION '" + region + "'.")
	case err != nil:
		return "", misconfigured("QWEN_REGION must be either 'sg' or 'bj'.")
	}
	return "https://" + host, nil
}

const (
	defaultImageModel = "qwen-image-max"
	defaultEditModel  = "qwen-image-edit-max"
)

const (
	defaultTimeout = 45 * time.Second
	maxTimeout     = 24 * time.Hour // a timer takes no larger number of milliseconds
)

// timeoutOf reads a number of milliseconds as JavaScript does. Without one, the timeout is what the models need. It is the
// default if there is an error.
func timeoutOf(text string, models ...string) (time.Duration, error) {
	if text == "" {
		needed := defaultTimeout
		for _, model := range models {
			needed = max(needed, rowOf(model).timeout)
		}
		return needed, nil
	}
	milliseconds, ok := js.ParseInt(text)
	if !ok || milliseconds <= 0 {
		return defaultTimeout, misconfigured("QWEN_TIMEOUT_MS must be a positive integer.")
	}
	return min(time.Duration(milliseconds)*time.Millisecond, maxTimeout), nil
}

func orDefault(text, fallback string) string {
	return cmp.Or(js.Trim(text), fallback)
}

func misconfigured(message string) error { return fault.New(fault.BackendMisconfig, message) }
