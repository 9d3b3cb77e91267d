package config

import (
	"errors"

	"github.com/addreams/addreams/app/binding"
)

func workspace(_, value string) (fault, right string) {
	if !binding.IsWorkspace(value) {
		return "is not the ID of a workspace: 1 to 63 of a-z, 0-9 and -", ""
	}
	return "", ""
}

func baseURL(_, value string) (fault, right string) {
	if _, _, err := binding.ParseQwenBase(value); err != nil {
		return err.Error(), ""
	}
	return "", ""
}

// checkProvider reports a region, workspace and base URL that do not fit together, and a host that is not the provider's.
func checkProvider(r *reader, s Stack) {
	foreign := r.flag("qwenForeignHost")
	region, space := s.Variables[binding.QwenRegion], s.Variables[binding.QwenWorkspace]
	base := s.Variables[binding.QwenBaseURL]
	if base == "" {
		if _, err := binding.QwenHost(region, space); errors.Is(err, binding.ErrNoWorkspace) {
			r.bindingProblem(binding.Of(binding.QwenWorkspace), "is missing: region "+err.Error(), "<workspace id>")
		}
		return
	}

	if _, own, err := binding.ParseQwenBase(base); err == nil && !own && !foreign {
		r.bindingProblem(binding.Of(binding.QwenBaseURL), "has a host outside of aliyuncs.com, which would get the DashScope key: set qwenForeignHost to true if that is meant", "")
	}
}
