# The executable as somebody on Windows has it: PowerShell 5.1 or later completes its command lines and starts it, and a
# credential helper is a batch file. Run by the job `windows` of .github/workflows/ci.yml.
$ErrorActionPreference = 'Stop'

$folder = Join-Path ([IO.Path]::GetTempPath()) ('regsecret ' + [Guid]::NewGuid())
New-Item -ItemType Directory -Path $folder | Out-Null
Copy-Item -Path (Join-Path $PSScriptRoot '..\..\exe\regsecret-windows-x64.exe') -Destination (Join-Path $folder 'regsecret.exe')
$env:PATH = $folder + ';' + $env:PATH

function Assert-Equal($Expected, $Actual) {
  if ($Actual -cne $Expected) { throw "got '$Actual' and not '$Expected'" }
  Write-Output "ok: $Actual"
}

$version = & regsecret version
if ($LASTEXITCODE -ne 0 -or $version -notmatch '^regsecret .*win32/x64$') { throw "version: $version" }
Write-Output "ok: $version"

& regsecret completion powershell | Out-String | Invoke-Expression

function Get-Completed($Line) {
  $found = TabExpansion2 $Line $Line.Length
  $text = @($found.CompletionMatches)[0].CompletionText
  $Line.Remove($found.ReplacementIndex, $found.ReplacementLength).Insert($found.ReplacementIndex, $text)
}

Assert-Equal 'regsecret list' (Get-Completed 'regsecret lis')
Assert-Equal 'regsecret list --no-headers' (Get-Completed 'regsecret list --no-he')
Assert-Equal 'regsecret list -o json' (Get-Completed 'regsecret list -o j')
Assert-Equal 'regsecret list -o wide' (Get-Completed 'regsecret list -o ')
Assert-Equal 'regsecret list --output=json' (Get-Completed 'regsecret list --output=j')

$answer = '@echo {"ServerURL":"r.example","Username":"jane","Secret":"s3cret"}'
Set-Content -Path (Join-Path $folder 'docker-credential-batch.cmd') -Value $answer -Encoding Ascii
Set-Content -Path (Join-Path $folder 'config.json') -Value '{"credHelpers":{"r.example":"batch"}}' -Encoding Ascii
$env:DOCKER_CONFIG = $folder
$manifest = & regsecret create x --server r.example --dry-run client --no-verify -o json | Out-String | ConvertFrom-Json
$payload = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($manifest.data.'.dockerconfigjson'))
Assert-Equal 'jane' ($payload | ConvertFrom-Json).auths.'r.example'.username

Remove-Item -Recurse -Path $folder
