using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary>The span of a request, as part of its caller's trace. Without a listener there is none, and nothing is allocated.</summary>
internal static class GatewayTrace
{
    private static readonly ActivitySource Source = new("EdgeOrleans.Gateway");

    public static Activity? Begin(HttpContext context)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var headers = context.Request.Headers;
        _ = ActivityContext.TryParse(headers.TraceParent, headers.TraceState, isRemote: true, out var caller);
        return Source.StartActivity("request", ActivityKind.Server, caller);
    }

    /// <summary>Names the span by what is known only now. No name out of the path is in it.</summary>
    public static void End(Activity? span, HttpContext context, Route route)
    {
        if (span is null)
        {
            return;
        }

        span.DisplayName = $"{context.Request.Method} {Routes.Template(route)}";
        span.SetTag("http.request.method", context.Request.Method);
        span.SetTag("http.route", Routes.Template(route));
        span.SetTag("http.response.status_code", context.Response.StatusCode);
        if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }

        span.Dispose();
    }
}
