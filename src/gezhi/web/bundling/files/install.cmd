@echo off
rem Unpacks the wheels into lib, once. No network, no administrator right.
setlocal
cd /d "%~dp0"
if exist lib\installed.txt exit /b 0
if exist lib rmdir /s /q lib
python\python.exe verify.py || goto damaged
for %%P in (wheels\pip-*.whl) do set PIP=%%P
for %%G in (wheels\gezhi-*.whl) do set OWN=%%G
echo Installing, about a minute ...
set QUIET=--isolated --disable-pip-version-check --no-input install --quiet --no-index --target lib --no-warn-script-location
python\python.exe %PIP%\pip %QUIET% --find-links wheels --require-hashes --requirement requirements.lock || goto failed
python\python.exe %PIP%\pip %QUIET% --no-deps %OWN% || goto failed
echo done> lib\installed.txt
exit /b 0

:damaged
echo The archive is damaged: unzip it again.
exit /b 1

:failed
if exist lib rmdir /s /q lib
echo The installation failed, see above.
exit /b 1
