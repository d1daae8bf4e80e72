using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary>What the service says of itself. None of it waits for flash, storage or a grain.</summary>
internal sealed class HealthEndpoints(ApiOptions options, IServiceStatus status, TimeProvider clock)
{
    private static readonly string Version = typeof(HealthEndpoints).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary><c>GET /</c></summary>
    public static async ValueTask Root(HttpContext context)
    {
        using var response = JsonResponse.Begin("EdgeOrleans, a durable key-value service");
        response.Json.WriteString("version"u8, Version);
        await response.End(context, StatusCodes.Status200OK);
    }

    /// <summary><c>GET /health</c>: whether writes can be acknowledged.</summary>
    public async ValueTask Health(HttpContext context)
    {
        var fault = status.WriteFault;
        if (fault is not null)
        {
            context.Response.Headers.RetryAfter = ErrorKind.BacklogFull.RetryAfter;
        }

        using var response = JsonResponse.Begin(fault ?? "writes are acknowledged");
        response.Json.WriteString("status"u8, fault is null ? "healthy"u8 : "unhealthy"u8);
        response.Json.WriteString("environment"u8, options.Environment);
        if (status.Warnings is { Count: > 0 } warnings)
        {
            response.Json.WriteStartArray("warnings"u8);
            foreach (var warning in warnings)
            {
                response.Json.WriteStringValue(warning);
            }

            response.Json.WriteEndArray();
        }

        await response.End(context, fault is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, clock.GetUtcNow());
    }

    /// <summary><c>GET /health/live</c>: whether the process runs, and no more, since a full card must not lead to restarts.</summary>
    public async ValueTask Live(HttpContext context)
    {
        using var response = JsonResponse.Begin("the process runs");
        response.Json.WriteString("status"u8, "alive"u8);
        await response.End(context, StatusCodes.Status200OK, clock.GetUtcNow());
    }

    /// <summary><c>GET /health/ready</c>: whether requests should be sent here, each check with its reason and since when.</summary>
    public async ValueTask Ready(HttpContext context)
    {
        var checks = status.Checks;
        var isReady = checks.All(static check => check.Fault is null);
        using var response = JsonResponse.Begin(isReady ? "ready" : "not ready");
        var json = response.Json;
        json.WriteString("status"u8, isReady ? "ready"u8 : "unready"u8);
        json.WriteStartArray("checks"u8);
        foreach (var check in checks)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, check.Name);
            json.WriteString("status"u8, check.Fault is null ? "pass"u8 : "fail"u8);
            if (check.Fault is not null)
            {
                json.WriteString("reason"u8, check.Fault);
            }

            json.WriteString("since"u8, check.Since.UtcDateTime);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        await response.End(context, isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, clock.GetUtcNow());
    }

    /// <summary><c>GET /recovery</c>: what the last start found on flash.</summary>
    public async ValueTask Recovery(HttpContext context)
    {
        using var response = JsonResponse.Begin("what the last start found");
        RecoveryWriter.Write(response.Json, status.Recovery);
        await response.End(context, StatusCodes.Status200OK, clock.GetUtcNow());
    }
}
