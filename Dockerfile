# X's filtered stream as a service, for the processor of its task: docker build --platform linux/arm64 -t photolake-stream .
FROM python:3.13-slim

WORKDIR /photolake
COPY requirements/stream.txt ./requirements.txt
RUN pip install --no-cache-dir --no-compile --require-hashes --only-binary :all: -r requirements.txt
COPY layers/core/photolake ./photolake
COPY services/x_stream/app.py ./app.py

RUN useradd --system --no-create-home photolake
USER photolake
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "app.py"]
