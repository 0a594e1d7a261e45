package main

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/pkg/apis/clientauthentication"
	"k8s.io/client-go/pkg/apis/clientauthentication/install"
	"k8s.io/client-go/rest"
)

type execSettings struct {
	Command string   `json:"command"`
	Args    []string `json:"args"`
	// NAME=VALUE
	Env  []string `json:"env"`
	Mode string   `json:"mode"`
	// The content of KUBERNETES_EXEC_INFO for a plugin that may not ask anything.
	Info string `json:"info"`
}

var execCodecs = func() serializer.CodecFactory {
	scheme := runtime.NewScheme()
	install.Install(scheme)
	return serializer.NewCodecFactory(scheme)
}()

// describeExec does what refreshCredsLocked of plugin/pkg/client/auth/exec does before it runs the plugin.
func describeExec(config *rest.Config) (*execSettings, error) {
	exec := config.ExecProvider
	credential := &clientauthentication.ExecCredential{}
	if exec.ProvideClusterInfo {
		cluster, err := rest.ConfigToExecCluster(config)
		if err != nil {
			return nil, err
		}
		credential.Spec.Cluster = cluster
	}
	version, err := schema.ParseGroupVersion(exec.APIVersion)
	if err != nil {
		return nil, err
	}
	info, err := runtime.Encode(execCodecs.LegacyCodec(version), credential)
	if err != nil {
		return nil, err
	}
	result := &execSettings{
		Command: exec.Command,
		Args:    append([]string{}, exec.Args...),
		Env:     []string{},
		Mode:    string(exec.InteractiveMode),
		Info:    string(info),
	}
	for _, variable := range exec.Env {
		result.Env = append(result.Env, variable.Name+"="+variable.Value)
	}
	return result, nil
}
