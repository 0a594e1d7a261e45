// Command logins answers, with the code of docker and of podman, which login each of them would send.
//
// One JSON object per line in, one per line out, in the same order. The environment of a question is that of the program
// for as long as it is answered: it names the folders with the files and the helpers.
package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/config"
	dockertypes "github.com/docker/cli/cli/config/types"
	"github.com/sirupsen/logrus"
	podmanconfig "go.podman.io/image/v5/pkg/docker/config"
	"go.podman.io/image/v5/pkg/sysregistriesv2"
	podmantypes "go.podman.io/image/v5/types"
)

type question struct {
	Env map[string]string `json:"env"`
	// Registries, and for podman also parts of them: `ghcr.io/org`.
	Names []string `json:"names"`
	// How often to ask: of several keys with one host both tools take any.
	Repeat int `json:"repeat"`
}

type login struct {
	Username      string `json:"username"`
	Password      string `json:"password"`
	IdentityToken string `json:"identityToken"`
	RegistryToken string `json:"registryToken"`
	// The lookup failed.
	Error string `json:"error"`
}

type answer struct {
	// Why docker could not read its file; it goes on without.
	FileError string `json:"fileError"`
	// For each name the different logins that were found.
	Docker [][]login `json:"docker"`
	Podman [][]login `json:"podman"`
}

func main() {
	logrus.SetOutput(io.Discard)
	// docker writes what it thinks of DOCKER_AUTH_CONFIG to stderr, and so do helpers.
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stderr = null
	}
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	output := bufio.NewWriterSize(os.Stdout, 1<<20)
	encoder := json.NewEncoder(output)
	for {
		line, err := input.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked question
		if err := json.Unmarshal(line, &asked); err != nil {
			os.Exit(1)
		}
		os.Clearenv()
		for name, value := range asked.Env {
			os.Setenv(name, value)
		}
		if err := encoder.Encode(ask(asked)); err != nil {
			os.Exit(1)
		}
		// Whoever asks line by line waits for the answer.
		if input.Buffered() == 0 {
			output.Flush()
		}
	}
}

func ask(asked question) answer {
	folder := os.Getenv("DOCKER_CONFIG")
	if folder == "" {
		folder = filepath.Join(os.Getenv("HOME"), ".docker")
	}
	config.SetDir(folder)
	var warnings strings.Builder
	file := config.LoadDefaultConfigFile(&warnings)
	sysregistriesv2.InvalidateCache()
	system := &podmantypes.SystemContext{AuthFilePath: defaultAuthFile()}
	result := answer{FileError: warnings.String()}
	for _, name := range asked.Names {
		registry, _, _ := strings.Cut(name, "/")
		result.Docker = append(result.Docker, distinct(asked.Repeat, func() login {
			found, err := file.GetAuthConfig(registry)
			return fromDocker(found, err)
		}))
		result.Podman = append(result.Podman, distinct(asked.Repeat, func() login {
			found, err := podmanconfig.GetCredentials(system, name)
			return fromPodman(found, err)
		}))
	}
	return result
}

func distinct(repeat int, look func() login) []login {
	all := []login{look()}
	for range repeat - 1 {
		next := look()
		known := false
		for _, one := range all {
			known = known || one == next
		}
		if !known {
			all = append(all, next)
		}
	}
	return all
}

func fromDocker(found dockertypes.AuthConfig, err error) login {
	if err != nil {
		return login{Error: err.Error()}
	}
	return login{
		Username:      found.Username,
		Password:      found.Password,
		IdentityToken: found.IdentityToken,
		RegistryToken: found.RegistryToken,
	}
}

func fromPodman(found podmantypes.DockerAuthConfig, err error) login {
	if err != nil {
		return login{Error: err.Error()}
	}
	return login{Username: found.Username, Password: found.Password, IdentityToken: found.IdentityToken}
}

// The file that podman, skopeo and buildah hand to the library (container-libs common/pkg/auth `GetDefaultAuthFile`).
func defaultAuthFile() string {
	if file := os.Getenv("REGISTRY_AUTH_FILE"); file != "" {
		return file
	}
	if folder := os.Getenv("DOCKER_CONFIG"); folder != "" {
		return filepath.Join(folder, "config.json")
	}
	return ""
}
