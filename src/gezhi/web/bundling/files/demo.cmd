@echo off
rem Makes a city of invented cases in the folder "demo-data" beside this file, once, and starts it.
setlocal
chcp 65001 >nul
cd /d "%~dp0"
call install.cmd || goto wait
set PYTHONUTF8=1
set GEZHI_DATA=%~dp0demo-data
python\python.exe -m gezhi.cli demo --serve %*
if not errorlevel 1 exit /b 0

:wait
pause
exit /b 1
