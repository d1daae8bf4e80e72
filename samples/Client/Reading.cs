using System.Text.Json.Serialization;

/// <summary>What this program stores: a value of the service is any JSON.</summary>
internal sealed record Reading(double Celsius, DateTimeOffset At);

/// <summary>How it becomes JSON, without reflection.</summary>
[JsonSerializable(typeof(Reading))]
internal sealed partial class ReadingJson : JsonSerializerContext;
