"""Hooks and secrets at the paths of Airflow 1, which Airflow 2 leads on to those of providers.

The table is that of Airflow 2.11: `airflow.hooks`, `airflow.contrib.hooks`, `airflow.kubernetes`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE = """
    contrib.hooks.aws_athena_hook AWSAthenaHook amazon.aws.hooks.athena AthenaHook
    contrib.hooks.aws_datasync_hook AWSDataSyncHook amazon.aws.hooks.datasync DataSyncHook
    contrib.hooks.aws_dynamodb_hook AwsDynamoDBHook amazon.aws.hooks.dynamodb DynamoDBHook
    contrib.hooks.aws_firehose_hook FirehoseHook amazon.aws.hooks.kinesis
    contrib.hooks.aws_glue_catalog_hook AwsGlueCatalogHook amazon.aws.hooks.glue_catalog GlueCatalogHook
    contrib.hooks.aws_hook AwsBaseHook amazon.aws.hooks.base_aws
    contrib.hooks.aws_hook AwsHook amazon.aws.hooks.base_aws AwsBaseHook
    contrib.hooks.aws_lambda_hook AwsLambdaHook amazon.aws.hooks.lambda_function LambdaHook
    contrib.hooks.aws_logs_hook AwsLogsHook amazon.aws.hooks.logs
    contrib.hooks.aws_sns_hook AwsSnsHook amazon.aws.hooks.sns SnsHook
    contrib.hooks.aws_sqs_hook SQSHook amazon.aws.hooks.sqs SqsHook
    contrib.hooks.aws_sqs_hook SqsHook amazon.aws.hooks.sqs
    contrib.hooks.azure_container_instance_hook AzureContainerInstanceHook microsoft.azure.hooks.container_instance
    contrib.hooks.azure_container_registry_hook AzureContainerRegistryHook microsoft.azure.hooks.container_registry
    contrib.hooks.azure_container_volume_hook AzureContainerVolumeHook microsoft.azure.hooks.container_volume
    contrib.hooks.azure_cosmos_hook AzureCosmosDBHook microsoft.azure.hooks.cosmos
    contrib.hooks.azure_data_lake_hook AzureDataLakeHook microsoft.azure.hooks.data_lake
    contrib.hooks.azure_fileshare_hook AzureFileShareHook microsoft.azure.hooks.fileshare
    contrib.hooks.bigquery_hook BigQueryHook google.cloud.hooks.bigquery
    contrib.hooks.cassandra_hook CassandraHook apache.cassandra.hooks.cassandra
    contrib.hooks.cloudant_hook CloudantHook cloudant.hooks.cloudant
    contrib.hooks.databricks_hook DatabricksHook databricks.hooks.databricks
    contrib.hooks.datadog_hook DatadogHook datadog.hooks.datadog
    contrib.hooks.datastore_hook DatastoreHook google.cloud.hooks.datastore
    contrib.hooks.dingding_hook DingdingHook dingding.hooks.dingding
    contrib.hooks.discord_webhook_hook DiscordWebhookHook discord.hooks.discord_webhook
    contrib.hooks.emr_hook EmrHook amazon.aws.hooks.emr
    contrib.hooks.fs_hook FSHook standard.hooks.filesystem
    contrib.hooks.ftp_hook FTPHook ftp.hooks.ftp
    contrib.hooks.ftp_hook FTPSHook ftp.hooks.ftp
    contrib.hooks.gcp_api_base_hook GoogleBaseHook google.common.hooks.base_google
    contrib.hooks.gcp_api_base_hook GoogleCloudBaseHook google.common.hooks.base_google GoogleBaseHook
    contrib.hooks.gcp_bigtable_hook BigtableHook google.cloud.hooks.bigtable
    contrib.hooks.gcp_cloud_build_hook CloudBuildHook google.cloud.hooks.cloud_build
    contrib.hooks.gcp_compute_hook ComputeEngineHook google.cloud.hooks.compute
    contrib.hooks.gcp_compute_hook GceHook google.cloud.hooks.compute ComputeEngineHook
    contrib.hooks.gcp_container_hook GKEClusterHook google.cloud.hooks.kubernetes_engine GKEHook
    contrib.hooks.gcp_container_hook GKEHook google.cloud.hooks.kubernetes_engine
    contrib.hooks.gcp_dataflow_hook DataFlowHook google.cloud.hooks.dataflow DataflowHook
    contrib.hooks.gcp_dataflow_hook DataflowHook google.cloud.hooks.dataflow
    contrib.hooks.gcp_dataproc_hook DataProcHook google.cloud.hooks.dataproc DataprocHook
    contrib.hooks.gcp_dataproc_hook DataprocHook google.cloud.hooks.dataproc
    contrib.hooks.gcp_dlp_hook CloudDLPHook google.cloud.hooks.dlp
    contrib.hooks.gcp_function_hook CloudFunctionsHook google.cloud.hooks.functions
    contrib.hooks.gcp_function_hook GcfHook google.cloud.hooks.functions CloudFunctionsHook
    contrib.hooks.gcp_kms_hook CloudKMSHook google.cloud.hooks.kms
    contrib.hooks.gcp_kms_hook GoogleCloudKMSHook google.cloud.hooks.kms CloudKMSHook
    contrib.hooks.gcp_mlengine_hook MLEngineHook google.cloud.hooks.mlengine
    contrib.hooks.gcp_natural_language_hook CloudNaturalLanguageHook google.cloud.hooks.natural_language
    contrib.hooks.gcp_pubsub_hook PubSubHook google.cloud.hooks.pubsub
    contrib.hooks.gcp_spanner_hook CloudSpannerHook google.cloud.hooks.spanner SpannerHook
    contrib.hooks.gcp_spanner_hook SpannerHook google.cloud.hooks.spanner
    contrib.hooks.gcp_speech_to_text_hook CloudSpeechToTextHook google.cloud.hooks.speech_to_text
    contrib.hooks.gcp_speech_to_text_hook GCPSpeechToTextHook google.cloud.hooks.speech_to_text CloudSpeechToTextHook
    contrib.hooks.gcp_sql_hook CloudSQLDatabaseHook google.cloud.hooks.cloud_sql
    contrib.hooks.gcp_sql_hook CloudSQLHook google.cloud.hooks.cloud_sql
    contrib.hooks.gcp_sql_hook CloudSqlDatabaseHook google.cloud.hooks.cloud_sql CloudSQLDatabaseHook
    contrib.hooks.gcp_sql_hook CloudSqlHook google.cloud.hooks.cloud_sql CloudSQLHook
    contrib.hooks.gcp_tasks_hook CloudTasksHook google.cloud.hooks.tasks
    contrib.hooks.gcp_text_to_speech_hook CloudTextToSpeechHook google.cloud.hooks.text_to_speech
    contrib.hooks.gcp_text_to_speech_hook GCPTextToSpeechHook google.cloud.hooks.text_to_speech CloudTextToSpeechHook
    contrib.hooks.gcp_transfer_hook CloudDataTransferServiceHook google.cloud.hooks.cloud_storage_transfer_service
    contrib.hooks.gcp_transfer_hook GCPTransferServiceHook google.cloud.hooks.cloud_storage_transfer_service CloudDataTransferServiceHook
    contrib.hooks.gcp_translate_hook CloudTranslateHook google.cloud.hooks.translate
    contrib.hooks.gcp_video_intelligence_hook CloudVideoIntelligenceHook google.cloud.hooks.video_intelligence
    contrib.hooks.gcp_vision_hook CloudVisionHook google.cloud.hooks.vision
    contrib.hooks.gcs_hook GCSHook google.cloud.hooks.gcs
    contrib.hooks.gcs_hook GoogleCloudStorageHook google.cloud.hooks.gcs GCSHook
    contrib.hooks.gdrive_hook GoogleDriveHook google.suite.hooks.drive
    contrib.hooks.grpc_hook GrpcHook grpc.hooks.grpc
    contrib.hooks.imap_hook ImapHook imap.hooks.imap
    contrib.hooks.jenkins_hook JenkinsHook jenkins.hooks.jenkins
    contrib.hooks.jira_hook JiraHook atlassian.jira.hooks.jira
    contrib.hooks.mongo_hook MongoHook mongo.hooks.mongo
    contrib.hooks.openfaas_hook OpenFaasHook openfaas.hooks.openfaas
    contrib.hooks.opsgenie_alert_hook OpsgenieAlertHook opsgenie.hooks.opsgenie
    contrib.hooks.pagerduty_hook PagerdutyHook pagerduty.hooks.pagerduty
    contrib.hooks.pinot_hook PinotAdminHook apache.pinot.hooks.pinot
    contrib.hooks.pinot_hook PinotDbApiHook apache.pinot.hooks.pinot
    contrib.hooks.redis_hook RedisHook redis.hooks.redis
    contrib.hooks.redshift_hook RedshiftHook amazon.aws.hooks.redshift_cluster
    contrib.hooks.sagemaker_hook SageMakerHook amazon.aws.hooks.sagemaker
    contrib.hooks.salesforce_hook SalesforceHook salesforce.hooks.salesforce
    contrib.hooks.segment_hook SegmentHook segment.hooks.segment
    contrib.hooks.sftp_hook SFTPHook sftp.hooks.sftp
    contrib.hooks.slack_webhook_hook SlackWebhookHook slack.hooks.slack_webhook
    contrib.hooks.snowflake_hook SnowflakeHook snowflake.hooks.snowflake
    contrib.hooks.spark_jdbc_hook SparkJDBCHook apache.spark.hooks.spark_jdbc
    contrib.hooks.spark_sql_hook SparkSqlHook apache.spark.hooks.spark_sql
    contrib.hooks.spark_submit_hook SparkSubmitHook apache.spark.hooks.spark_submit
    contrib.hooks.ssh_hook SSHHook ssh.hooks.ssh
    contrib.hooks.vertica_hook VerticaHook vertica.hooks.vertica
    contrib.hooks.wasb_hook WasbHook microsoft.azure.hooks.wasb
    contrib.hooks.winrm_hook WinRMHook microsoft.winrm.hooks.winrm
    kubernetes.secret Secret cncf.kubernetes.secret
    hooks.S3_hook S3Hook amazon.aws.hooks.s3
    hooks.dbapi_hook DbApiHook common.sql.hooks.sql
    hooks.docker_hook DockerHook docker.hooks.docker
    hooks.druid_hook DruidDbApiHook apache.druid.hooks.druid
    hooks.druid_hook DruidHook apache.druid.hooks.druid
    hooks.hive_hooks HiveCliHook apache.hive.hooks.hive
    hooks.hive_hooks HiveMetastoreHook apache.hive.hooks.hive
    hooks.hive_hooks HiveServer2Hook apache.hive.hooks.hive
    hooks.http_hook HttpHook http.hooks.http
    hooks.jdbc_hook JdbcHook jdbc.hooks.jdbc
    hooks.mssql_hook MsSqlHook microsoft.mssql.hooks.mssql
    hooks.mysql_hook MySqlHook mysql.hooks.mysql
    hooks.oracle_hook OracleHook oracle.hooks.oracle
    hooks.pig_hook PigCliHook apache.pig.hooks.pig
    hooks.postgres_hook PostgresHook postgres.hooks.postgres
    hooks.presto_hook PrestoHook presto.hooks.presto
    hooks.samba_hook SambaHook samba.hooks.samba
    hooks.slack_hook SlackHook slack.hooks.slack
    hooks.sqlite_hook SqliteHook sqlite.hooks.sqlite
    hooks.webhdfs_hook WebHDFSHook apache.hdfs.hooks.webhdfs
    hooks.zendesk_hook ZendeskHook zendesk.hooks.zendesk
"""  # noqa: E501 - a table
"""The module below `airflow`, the class, the module of the provider, and the class's new name."""


@cache
def old_hooks() -> Mapping[str, str]:
    """Return the import path that each class has now, by the path that Airflow 1 had."""
    made: dict[str, str] = {}
    for line in filter(None, map(str.split, _TABLE.splitlines())):
        module, name, provider, *renamed = line
        new = renamed[0] if renamed else name
        made[f"airflow.{module}.{name}"] = f"airflow.providers.{provider}.{new}"
    return made
