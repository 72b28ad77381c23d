"""Airflow: a zoo is taken in every night, garbage collected, a part verified, a report written.

Needs the standard provider only. ZOOPRESS_HOME, source and store are Airflow variables' defaults below."""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

HOME = "/opt/zoopress"
SOURCE = "s3a://models/zoo"
STORE = "s3a://store/zoo"
OPTIONS = "--progress none --master spark://spark-master:7077"


def zoopress(task, arguments, **more):
    """A command; 9 and 11 (nothing to do, another run was first) count as skipped."""
    return BashOperator(
        task_id=task,
        bash_command=f"{HOME}/bin/zoopress {arguments} --store {STORE} {OPTIONS}"
        " --run-id '{{ dag.dag_id }}-" + task + "-{{ ts_nodash }}-{{ ti.try_number }}'",
        skip_on_exit_code=[9, 11],
        append_env=True,
        **more,
    )


with DAG(
    "zoopress",
    schedule="0 2 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
    tags=["models"],
) as dag:
    compress = zoopress("compress", f"compress {SOURCE} --fail-if-nothing")
    gc = zoopress("gc", "gc", trigger_rule="none_failed")
    verify = zoopress("verify", "verify --sample 100 --max-duration PT1H", trigger_rule="none_failed")
    report = zoopress("report", "report --to s3a://store-reports/zoo", trigger_rule="all_done")
    compress >> gc >> verify >> report
