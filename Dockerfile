# The page on any host that runs containers: docker build -t lekh . && docker run -p 8501:8501 lekh
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1
WORKDIR /app

COPY requirements.txt .
RUN pip install -r requirements.txt

RUN useradd --create-home lekh
COPY --chown=lekh . .
USER lekh

EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD python -c "import os, urllib.request as r; r.urlopen(f'http://localhost:{os.environ.get(\"PORT\", 8501)}/_stcore/health', timeout=4)"

# Many hosts name their port in PORT.
CMD ["sh", "-c", "exec streamlit run main_app.py --server.headless=true --server.address=0.0.0.0 --server.port=${PORT:-8501}"]
