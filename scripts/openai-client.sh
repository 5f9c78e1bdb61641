#!/usr/bin/env bash
# Runs openai-client.py with the Python that has the OpenAI client.
exec "${OPENLEDGER_PYTHON:-python3}" "$(dirname "$0")/openai-client.py"
