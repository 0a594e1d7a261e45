/** The formula for our Homebrew tap. */
import { REPOSITORY } from '../release-info.ts';
import type { Download, Downloads } from './downloads.ts';
import { SUMMARY } from './purpose.ts';

/** The text of `regsecret.rb`. Throws where there is no archive for a platform. */
export function formula({ version, of }: Downloads): string {
  return `class Regsecret < Formula
  desc "${SUMMARY}"
  homepage "${REPOSITORY}"
  version "${version}"
  license "Apache-2.0"

  on_macos do
    on_arm do
${archive(of('darwin', 'arm64'))}
    end
    on_intel do
${archive(of('darwin', 'amd64'))}
    end
  end

  on_linux do
    on_arm do
${archive(of('linux', 'arm64'))}
    end
    on_intel do
${archive(of('linux', 'amd64'))}
    end
  end

  def install
    bin.install "regsecret", "completions/kubectl_complete-regsecret"
    bin.install_symlink bin/"regsecret" => "kubectl-regsecret"
    bash_completion.install "completions/regsecret.bash" => "regsecret"
    zsh_completion.install "completions/_regsecret"
    fish_completion.install "completions/regsecret.fish"
    man1.install Dir["man/*.1"]
    prefix.install "LICENSES.txt"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/regsecret --version")
    login = "--docker-server=r.io --docker-username=u --docker-password=p"
    secret = shell_output("#{bin}/kubectl-regsecret create x #{login} --dry-run=client -o yaml")
    assert_match "type: kubernetes.io/dockerconfigjson", secret
  end
end
`;
}

function archive({ url, sha256 }: Download): string {
  return `      url "${url}"\n      sha256 "${sha256}"`;
}
