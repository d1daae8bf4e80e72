using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary><c>GET /sync</c>: what waits to be mirrored, and how that goes.</summary>
internal sealed class SyncEndpoint(ISyncStatus sync, TimeProvider clock)
{
    public async ValueTask Handle(HttpContext context)
    {
        var targets = await sync.Read(context.RequestAborted);
        using var response = JsonResponse.Begin("Successfully");
        response.Json.WriteStartArray("targets"u8);
        foreach (var target in targets)
        {
            Write(response.Json, target);
        }

        response.Json.WriteEndArray();
        await response.End(context, StatusCodes.Status200OK, clock.GetUtcNow());
    }

    private static void Write(Utf8JsonWriter json, SyncTarget target)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, target.Name);
        json.WriteString("device"u8, target.Device);
        json.WriteString("state"u8, StateOf(target));
        json.WriteStartObject("waiting"u8);
        json.WriteNumber("collections"u8, target.Collections);
        json.WriteNumber("entries"u8, target.Entries);
        json.WriteNumber("bytes"u8, target.Bytes);
        WriteTime(json, "oldest"u8, target.OldestAt);
        WriteTime(json, "estimated_finish"u8, target.EstimatedFinish);
        json.WriteEndObject();
        WriteTime(json, "last_success"u8, target.LastSuccess);
        if (target.LastError is { } error)
        {
            json.WriteStartObject("last_error"u8);
            json.WriteString("message"u8, error.Message);
            WriteTime(json, "timestamp"u8, error.At);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("last_error"u8);
        }

        json.WriteStartArray("refused"u8);
        foreach (var refusal in target.Refusals)
        {
            json.WriteStringValue(refusal);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>One word for people and alarms, the worst first.</summary>
    private static string StateOf(SyncTarget target) =>
        target.Refusals.Count > 0 ? "refused"
        : target.Fault is not null ? "failing"
        : !target.IsCompared ? "connecting"
        : target.Collections > 0 ? "catching_up"
        : "in_sync";

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is not { } known)
        {
            json.WriteNull(name);
            return;
        }

        Span<byte> text = stackalloc byte[JsonText.TimestampBytes];
        JsonText.WriteTimestamp(known, text);
        json.WriteString(name, text);
    }
}
