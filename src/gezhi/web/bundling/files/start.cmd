@echo off
rem Starts Gezhi with the data folder "data" beside this file; close the window or press Ctrl+C to stop.
setlocal
chcp 65001 >nul
cd /d "%~dp0"
call install.cmd || goto wait
set PYTHONUTF8=1
if not defined GEZHI_DATA set GEZHI_DATA=%~dp0data
python\python.exe -m gezhi.cli serve %*
if not errorlevel 1 exit /b 0

:wait
pause
exit /b 1
