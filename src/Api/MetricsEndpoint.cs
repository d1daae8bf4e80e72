using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary><c>GET /metrics</c>, for Prometheus.</summary>
internal static class MetricsEndpoint
{
    public static async ValueTask Send(HttpContext context, IMetricsText metrics)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        metrics.Write(context.Response.BodyWriter);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
